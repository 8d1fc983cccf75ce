package dev.percpu.service;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * A limit of the open connections of one port. It closes further ones as they are accepted, before they reach an event loop. So some file
 * descriptors are always left: without one, an event loop cannot load a class, and Quarkus' class loader then waits for good.
 *
 * <p>It is a handler of the server's channel. All methods run on the thread that accepts, except that connections end on other threads.
 */
final class AcceptLimit extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = Logger.getLogger("dev.percpu");
    private static final String NAME = "percpu-accept-limit";
    private static final long LOG_PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

    private final int max;
    private final AtomicInteger open = new AtomicInteger();
    private long loggedNanos = System.nanoTime() - LOG_PERIOD_NANOS;

    private AcceptLimit(int max) {
        this.max = max;
    }

    /** Adds the limit to the server of a connection, unless it has one. */
    static void install(Channel connection, int max) {
        ChannelPipeline server = connection.parent().pipeline();
        synchronized (server) {
            if (server.get(NAME) == null) {
                server.addFirst(NAME, new AcceptLimit(max));
            }
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof Channel connection) {
            if (open.get() >= max) {
                connection.unsafe().closeForcibly();
                logRefusal(context);
                return;
            }
            open.incrementAndGet();
            connection.closeFuture().addListener(closed -> open.decrementAndGet());
        }
        context.fireChannelRead(message);
    }

    private void logRefusal(ChannelHandlerContext context) {
        long now = System.nanoTime();
        if (now - loggedNanos >= LOG_PERIOD_NANOS) {
            loggedNanos = now;
            LOG.warnf(
                    "New connections to %s are closed: %d are open, and the limit of file descriptors (ulimit -n) does not allow more",
                    context.channel().localAddress(), max);
        }
    }
}
