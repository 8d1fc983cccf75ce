package dev.percpu.quarkus.request;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http2.Http2ConnectionHandler;

/**
 * Reads from an HTTP/2 connection only while its client reads what was sent. The server answers refused streams, pings, settings and resets
 * with frames that no window limits: a client that sends such frames and reads nothing would fill the heap. Netty closes a connection only
 * when 10,000 such frames wait.
 *
 * <p>A connection is writable while fewer bytes wait for its socket than Netty's high-water mark: 64 kB by default, with 96 bytes added for
 * each frame. Received bytes are passed on in parts, because one buffer can have thousands of frames. So about 800 frames can wait. The
 * idle timeout of the server closes a connection from which nothing is read and to which nothing can be written. Other protocols are not
 * limited here. All methods run on the event loop of the connection.
 */
final class ReadWhileWritable extends ChannelDuplexHandler {
    private static final String NAME = "percpu-read-while-writable";

    /** The name that Vert.x gives to its handler. */
    private static final String HANDLER = "handler";

    /** Bytes that are decoded at once. The shortest frame has 9. */
    private static final int PART_BYTES = 4_096;

    private final HeldBytes held = new HeldBytes();
    private boolean http2;

    private ReadWhileWritable() {}

    /** Adds the handler to the pipeline of a connection, unless it has one. */
    static void install(ChannelPipeline pipeline) {
        if (pipeline.get(NAME) == null) {
            pipeline.addFirst(NAME, new ReadWhileWritable());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        // A connection without TLS has its protocol after its first bytes.
        http2 = http2 || context.pipeline().get(HANDLER) instanceof Http2ConnectionHandler;
        if (http2 && message instanceof ByteBuf bytes) {
            held.add(bytes);
            feed(context);
        } else {
            context.fireChannelRead(message);
        }
    }

    /** Passes on bytes while the connection is writable, and reads from the socket only if none are left. */
    private void feed(ChannelHandlerContext context) {
        Channel channel = context.channel();
        while (!held.isEmpty() && channel.isWritable()) {
            context.fireChannelRead(held.next(PART_BYTES));
        }
        channel.config().setAutoRead(held.isEmpty() && channel.isWritable());
    }

    /** Netty's decoder requests a read after each read that completes no message, even while reading is switched off. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (!http2 || context.channel().config().isAutoRead()) {
            context.read();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (http2 && context.channel().isWritable()) {
            // Later: Netty reports this while it flushes, and would not flush what is written meanwhile.
            context.executor().execute(() -> feedAgain(context));
        }
        context.fireChannelWritabilityChanged();
    }

    private void feedAgain(ChannelHandlerContext context) {
        if (!context.isRemoved()) {
            feed(context);
            // Vert.x flushes the frames of one read at its end.
            context.fireChannelReadComplete();
        }
    }

    /** Called when the connection has closed, too. */
    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        held.release();
    }
}
