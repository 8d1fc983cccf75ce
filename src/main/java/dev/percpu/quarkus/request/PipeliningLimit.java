package dev.percpu.quarkus.request;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A limit of the pipelined requests of one HTTP/1 connection. Vert.x parses whatever a client sends, and queues the requests without a limit:
 * a client that sends requests and reads no response would fill the heap.
 *
 * <p>A request counts until its response is written to the socket. At {@value #MAX_PENDING} requests this handler passes no more bytes to the
 * decoder and reads none from the socket, so that the client has to wait. It continues at half of that number. Bytes are passed in parts,
 * because one buffer can have thousands of requests.
 *
 * <p>Two handlers of the pipeline work together: this one before the decoder, and {@link Counter} before Vert.x' own handler. All methods run
 * on the event loop of the connection.
 */
final class PipeliningLimit extends ChannelDuplexHandler {
    /** Pending requests at which no further bytes are decoded. Browsers do not pipeline; other clients rarely send more than a few. */
    static final int MAX_PENDING = 16;

    /** Bytes that are decoded at once. The shortest request has 18, so that this limit may be exceeded by 56 requests. */
    private static final int PART_BYTES = 1_024;

    /** Bytes of a request's body that are decoded at once. */
    private static final int BODY_PART_BYTES = 16_384;

    private static final String NAME = "percpu-pipelining-limit";
    private static final String COUNTER_NAME = "percpu-pipelining-counter";

    /** The names that Vert.x gives to its handlers. */
    private static final String DECODER = "httpDecoder";

    private static final String HANDLER = "handler";

    private final Queue<ByteBuf> held = new ArrayDeque<>();
    private boolean readHeld;
    private boolean resuming;
    private boolean feeding;
    private int pending;
    private boolean inBody;

    private PipeliningLimit() {}

    /** Adds the limit to the pipeline of a connection, unless it has one or its protocol is not HTTP/1. */
    static void install(ChannelPipeline pipeline) {
        if (pipeline.get(NAME) == null && pipeline.get(DECODER) != null && pipeline.get(HANDLER) != null) {
            PipeliningLimit limit = new PipeliningLimit();
            limit.pending = 1; // the request that is being handled; its response passes the counter
            pipeline.addBefore(DECODER, NAME, limit);
            pipeline.addBefore(HANDLER, COUNTER_NAME, limit.new Counter());
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof ByteBuf bytes) {
            held.add(bytes);
            feed(context);
        } else {
            context.fireChannelRead(message);
        }
    }

    /** Passes bytes on until the limit is reached. */
    private void feed(ChannelHandlerContext context) {
        if (feeding) {
            return; // the loop below passes on what was added meanwhile
        }
        feeding = true;
        try {
            while (!held.isEmpty() && pending < MAX_PENDING) {
                ByteBuf first = held.element();
                int part = inBody ? BODY_PART_BYTES : PART_BYTES;
                if (first.readableBytes() > part) {
                    context.fireChannelRead(first.readRetainedSlice(part));
                } else {
                    held.remove();
                    context.fireChannelRead(first);
                }
            }
        } finally {
            feeding = false;
        }
    }

    /** Reads from the socket, unless bytes are held. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (held.isEmpty()) {
            context.read();
        } else {
            readHeld = true;
        }
    }

    private void resume(ChannelHandlerContext context) {
        resuming = false;
        if (context.isRemoved()) {
            return;
        }
        feed(context);
        context.fireChannelReadComplete();
        if (held.isEmpty() && readHeld) {
            readHeld = false;
            context.read();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        release();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        // The connection has another protocol now, such as a web socket's. The bytes belong to it.
        while (!held.isEmpty() && context.channel().isActive()) {
            context.fireChannelRead(held.remove());
        }
        release();
        if (readHeld) {
            readHeld = false;
            context.read();
        }
    }

    private void release() {
        held.forEach(ReferenceCountUtil::release);
        held.clear();
    }

    /** Counts requests and responses. */
    private final class Counter extends ChannelDuplexHandler {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest) {
                pending++;
                inBody = true;
            }
            if (message instanceof LastHttpContent) {
                inBody = false;
            }
            context.fireChannelRead(message);
        }

        @Override
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof LastHttpContent && !isInformational(message)) {
                ChannelPromise written = promise.unvoid();
                written.addListener(ignored -> responded(context));
                context.write(message, written);
            } else {
                context.write(message, promise);
            }
        }

        /** Returns whether this is a response such as 100 Continue, after which the actual one follows. */
        private static boolean isInformational(Object message) {
            return message instanceof HttpResponse response
                    && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }

        private void responded(ChannelHandlerContext context) {
            pending--;
            if (!held.isEmpty() && !resuming && pending <= MAX_PENDING / 2) {
                ChannelHandlerContext limit = context.pipeline().context(NAME);
                if (limit != null) {
                    resuming = true;
                    // Later, because this method may run within the write of a response.
                    limit.executor().execute(() -> resume(limit));
                }
            }
        }
    }
}
