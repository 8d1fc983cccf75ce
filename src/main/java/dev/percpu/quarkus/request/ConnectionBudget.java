package dev.percpu.quarkus.request;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.impl.VertxBuilder;
import io.vertx.core.impl.transports.JDKTransport;
import io.vertx.core.spi.VertxServiceProvider;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.microprofile.config.ConfigProvider;
import org.jboss.logging.Logger;

/**
 * A limit of the accepted connections of all Vert.x servers, so that clients cannot use up the descriptors of the process. Without a
 * descriptor, a class loader cannot open its archive, and Quarkus' class loader then blocks every event loop for good.
 *
 * <p>The connections may use the descriptors that are free when the first port is opened, except one for each archive of the class path
 * and {@value #RESERVED} more. A port accepts a connection while it has fewer than {@value #SHARE} times the connections that are still free in the
 * budget. So one port can use three quarters of the budget, and always leaves some to the next port. Further connections are closed when
 * they are accepted, before a byte is read.
 *
 * <p>{@code quarkus.http.limits.max-connections} counts a connection from its first request on, so it does not bound clients that send
 * nothing. Native transports have no such limit. Thread-safe.
 */
public final class ConnectionBudget implements VertxServiceProvider {
    /** Descriptors for everything else: accepted connections before they are closed, the liveness check, files. */
    private static final int RESERVED = 16;

    /** The smallest budget, for processes that have no descriptor to spare. */
    private static final int MIN_BUDGET = 8;

    /** How many times the connections that are still free one port may have. */
    private static final int SHARE = 3;

    private static final String CONFIGURED = "quarkus.http.limits.max-connections";

    private static final AtomicInteger TOTAL = new AtomicInteger();

    /** Connections of all ports. Unlimited until the first port is opened. */
    private static volatile int budget = Integer.MAX_VALUE;

    /** Called by {@link java.util.ServiceLoader}. */
    public ConnectionBudget() {}

    /** Returns the largest number of connections that one port accepts, while the other ports have none. */
    public static int maxOfOnePort() {
        return (int) Math.ceilDiv((long) SHARE * budget, SHARE + 1);
    }

    @Override
    public void init(VertxBuilder builder) {
        if (builder.findTransport() instanceof JDKTransport) {
            builder.findTransport(new LimitedTransport());
        }
    }

    /** Sets the budget by the descriptors that are free now, at the first call. */
    private static synchronized void measure() {
        if (budget == Integer.MAX_VALUE
                && ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                && system.getMaxFileDescriptorCount() > 0) {
            long free = system.getMaxFileDescriptorCount()
                    - system.getOpenFileDescriptorCount()
                    - ClassPathArchives.count()
                    - RESERVED;
            budget = Math.clamp(free, MIN_BUDGET, Integer.MAX_VALUE - 1);
            ConfigProvider.getConfig()
                    .getOptionalValue(CONFIGURED, Integer.class)
                    .filter(configured -> configured > maxOfOnePort())
                    .ifPresent(configured -> Logger.getLogger(ConnectionBudget.class)
                            .warnf(
                                    "A port accepts at most %d connections, not %s=%d: the process may have %d open files. Raise ulimit -n.",
                                    maxOfOnePort(), CONFIGURED, configured, system.getMaxFileDescriptorCount()));
        }
    }

    private static final class LimitedTransport extends JDKTransport {
        @Override
        public ChannelFactory<? extends ServerChannel> serverChannelFactory(boolean domainSocket) {
            if (domainSocket) {
                return super.serverChannelFactory(true);
            }
            return () -> {
                measure();
                return new LimitedServerChannel();
            };
        }
    }

    /** One port. Its connections get the limit for HTTP/2 before their first byte, because pings and settings are no requests. */
    private static final class LimitedServerChannel extends NioServerSocketChannel {
        private final AtomicInteger own = new AtomicInteger();

        @Override
        protected int doReadMessages(List<Object> accepted) throws Exception {
            int count = super.doReadMessages(accepted);
            if (count > 0) {
                Channel connection = (Channel) accepted.getLast();
                if (own.get() >= SHARE * (long) (budget - TOTAL.get())) {
                    accepted.removeLast();
                    connection.unsafe().closeForcibly();
                    return 0;
                }
                ReadWhileWritable.install(connection.pipeline());
                own.incrementAndGet();
                TOTAL.incrementAndGet();
                connection.closeFuture().addListener(closed -> {
                    own.decrementAndGet();
                    TOTAL.decrementAndGet();
                });
            }
            return count;
        }
    }
}
