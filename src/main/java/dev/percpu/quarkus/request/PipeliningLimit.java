package dev.percpu.quarkus.request;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * A limit of the pipelined requests of one HTTP/1 connection. Vert.x parses all that a client sends and queues the requests without a limit.
 * It also links each queued request to the next one, so that a thread that refers to an early request keeps all later ones on the heap. A
 * client that sends requests and reads no response would fill the heap.
 *
 * <p>Two handlers of the pipeline work together. {@link Requests}, before Vert.x' own handler, passes on one request at a time: the next one
 * follows when the response is written to the socket. This handler, before the decoder, passes no more bytes on when {@value #MAX_PENDING}
 * requests wait or the body of a waiting request arrives, and switches off reading from the socket, so that the client has to wait. It
 * passes bytes on in parts, because one buffer can have thousands of requests.
 *
 * <p>Vert.x switches reading off and on too, for a request that is paused. So this class switches it on before it passes messages to
 * Vert.x, and passes bytes on only while it is on.
 *
 * <p>All methods run on the event loop of the connection.
 */
final class PipeliningLimit extends ChannelDuplexHandler {
    /** Pending requests at which no further bytes are decoded. Browsers do not pipeline; other clients rarely send more than a few. */
    static final int MAX_PENDING = 16;

    /** Bytes that are decoded at once. The shortest request has 18, so that this limit may be exceeded by 56 requests. */
    private static final int PART_BYTES = 1_024;

    /** Bytes of a request's body that are decoded at once. */
    private static final int BODY_PART_BYTES = 16_384;

    private static final AttributeKey<Requests> REQUESTS = AttributeKey.valueOf(
            PipeliningLimit.class.getName()); // also after a live reload, which loads this class again

    private static final String NAME = "percpu-pipelining-limit";
    private static final String REQUESTS_NAME = "percpu-pipelined-requests";

    /** The names that Vert.x gives to its handlers. */
    private static final String DECODER = "httpDecoder";

    private static final String HANDLER = "handler";

    private final Requests requests;
    private final HeldBytes held = new HeldBytes();
    private boolean stopped;
    private boolean feeding;

    private PipeliningLimit(Requests requests) {
        this.requests = requests;
    }

    /** Adds the limit to the pipeline of a connection, unless it has one or its protocol is not HTTP/1. Must be called by a request. */
    static void install(ChannelPipeline pipeline) {
        if (pipeline.get(NAME) == null && pipeline.get(DECODER) != null && pipeline.get(HANDLER) != null) {
            Requests requests = new Requests();
            pipeline.channel().attr(REQUESTS).set(requests);
            pipeline.addBefore(DECODER, NAME, new PipeliningLimit(requests));
            pipeline.addBefore(HANDLER, REQUESTS_NAME, requests);
        }
    }

    /** Returns whether a connection was closed before the latest response was written, so that the client got no byte of it. */
    static boolean isUnanswered(Channel channel) {
        if (channel.isActive()) {
            return false;
        }
        // With HTTP/1, Vert.x can report the end of a response after the client has read it and closed the connection.
        // Netty has removed all handlers then. With HTTP/2, it reports the end before it writes.
        Requests requests = channel.attr(REQUESTS).get();
        return requests == null || !requests.written;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (!(message instanceof ByteBuf bytes)) {
            context.fireChannelRead(message);
            return;
        }
        held.add(bytes);
        feed(context);
    }

    /** Vert.x, or this class, has switched reading on. */
    @Override
    public void read(ChannelHandlerContext context) {
        if (!held.isEmpty() && !feeding) {
            context.executor().execute(() -> feed(context));
        }
        context.read();
    }

    /** Passes bytes on until the limit is reached, or until Vert.x switches reading off. */
    private void feed(ChannelHandlerContext context) {
        if (feeding) {
            return; // the loop below passes on what was added meanwhile
        }
        feeding = true;
        try {
            while (!held.isEmpty()
                    && requests.mayDecode()
                    && context.channel().config().isAutoRead()) {
                context.fireChannelRead(held.next(requests.inBody ? BODY_PART_BYTES : PART_BYTES));
            }
        } finally {
            feeding = false;
        }
        if (!held.isEmpty()
                && !requests.mayDecode()
                && context.channel().config().isAutoRead()) {
            stopped = true;
            context.channel().config().setAutoRead(false);
        }
    }

    /** Passes on the waiting messages, then further bytes. Reading is on meanwhile, so that Vert.x can switch it off. */
    private void afterResponse(ChannelHandlerContext context, Runnable passOn) {
        feeding = true;
        try {
            readAgain(context);
            passOn.run();
        } finally {
            feeding = false;
        }
        feed(context);
    }

    /** Switches reading on if this class has switched it off. */
    private void readAgain(ChannelHandlerContext context) {
        if (stopped) {
            stopped = false;
            context.channel().config().setAutoRead(true);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        held.release();
        context.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        // The connection has the protocol of a web socket now, to which the bytes belong.
        while (!held.isEmpty() && context.channel().isActive()) {
            context.fireChannelRead(held.next(Integer.MAX_VALUE));
        }
        held.release();
        readAgain(context);
    }

    /** Passes on one request at a time. */
    private static final class Requests extends ChannelDuplexHandler {
        /** The messages of requests that wait. The first one is the head of a request. */
        private final Queue<Object> waiting = new ArrayDeque<>();

        /** Requests without a written response; at first the one that is being handled. */
        private int pending = 1;

        /** Whether the response of the request that was passed on is still to be written. */
        private boolean responding = true;

        /** Whether the response of the request that was passed on was written to an open connection. */
        private boolean written;

        /** Whether the body of the latest request is incomplete. */
        private boolean inBody = true;

        /** Returns whether further bytes may be decoded. */
        private boolean mayDecode() {
            return pending < MAX_PENDING && !(inBody && !waiting.isEmpty());
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof HttpRequest) {
                pending++;
                inBody = true;
            }
            if (message instanceof LastHttpContent) {
                inBody = false;
            }
            waiting.add(message);
            passOn(context);
        }

        private void passOn(ChannelHandlerContext context) {
            while (!waiting.isEmpty() && !(responding && waiting.element() instanceof HttpRequest)) {
                Object next = waiting.remove();
                if (next instanceof HttpRequest) {
                    responding = true;
                    written = false;
                }
                context.fireChannelRead(next);
            }
        }

        @Override
        @SuppressWarnings("FutureReturnValueIgnored") // the promise has the result of the write
        public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
            if (message instanceof HttpResponse response
                    && response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
                context.write(message, runAfter(promise, context, () -> uninstall(context)));
            } else if (message instanceof LastHttpContent && !isInformational(message)) {
                written = context.channel().isActive();
                context.write(message, runAfter(promise, context, () -> responded(context)));
            } else {
                context.write(message, promise);
            }
        }

        /** Adds an action after the write. It runs later, because Vert.x ends the response after the write has returned. */
        private static ChannelPromise runAfter(ChannelPromise promise, ChannelHandlerContext context, Runnable action) {
            ChannelPromise written = promise.unvoid();
            written.addListener(ignored -> context.executor().execute(action));
            return written;
        }

        /** Returns whether this is a response such as 100 Continue, after which the actual one follows. */
        private static boolean isInformational(Object message) {
            return message instanceof HttpResponse response
                    && response.status().codeClass() == HttpStatusClass.INFORMATIONAL;
        }

        private void responded(ChannelHandlerContext context) {
            // Requests before the installation were not counted.
            pending = Math.max(0, pending - 1);
            responding = false;
            if (context.isRemoved()) {
                return;
            }
            ChannelHandlerContext before = context.pipeline().context(NAME);
            PipeliningLimit limit = (PipeliningLimit) before.handler();
            limit.afterResponse(before, () -> passOn(context));
            // Vert.x flushes the responses of one read at its end.
            context.fireChannelReadComplete();
        }

        /** Leaves the connection to the protocol of a web socket. Requests that the client sent after the handshake are not part of it. */
        private static void uninstall(ChannelHandlerContext context) {
            if (!context.isRemoved()) {
                context.pipeline().remove(REQUESTS_NAME);
                context.pipeline().remove(NAME);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            release();
            context.fireChannelInactive();
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext context) {
            release();
        }

        private void release() {
            waiting.forEach(ReferenceCountUtil::release);
            waiting.clear();
        }
    }
}
