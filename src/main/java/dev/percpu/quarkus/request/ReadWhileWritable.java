package dev.percpu.quarkus.request;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;

/**
 * Reads from an HTTP/2 connection only while its client reads what was sent. The server answers refused streams, pings, settings and resets
 * with frames that no window limits: a client that sends such frames and reads nothing would fill the heap.
 *
 * <p>A connection is writable while fewer bytes wait for its socket than Netty's high-water mark, 64 kB by default. All methods run on the
 * event loop of the connection.
 */
final class ReadWhileWritable extends ChannelInboundHandlerAdapter {
    private static final String NAME = "percpu-read-while-writable";

    /** The name that Vert.x gives to its handler. */
    private static final String HANDLER = "handler";

    private ReadWhileWritable() {}

    /** Adds the handler to the pipeline of a connection, unless it has one. */
    static void install(ChannelPipeline pipeline) {
        if (pipeline.get(NAME) == null && pipeline.get(HANDLER) != null) {
            pipeline.addBefore(HANDLER, NAME, new ReadWhileWritable());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        context.fireChannelRead(message);
        if (!context.channel().isWritable()) {
            context.channel().config().setAutoRead(false);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        context.channel().config().setAutoRead(context.channel().isWritable());
        context.fireChannelWritabilityChanged();
    }
}
