package dev.percpu.service;

import com.sun.management.UnixOperatingSystemMXBean;
import io.quarkus.vertx.http.ManagementInterface;
import io.quarkus.vertx.http.runtime.filters.Filters;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;

/**
 * Keeps some file descriptors for other uses than connections. Of those that are free at the start, the application port gets three quarters
 * and the management port one, so that a flooded application can still be scraped. The limits are added at the first request to each port;
 * {@link Main} sends one.
 *
 * <p>Thread-safe.
 */
@Singleton
class DescriptorReserve {
    /** For jars that class loaders open, files below /proc and /sys, and clients of the service itself. */
    private static final int RESERVE = 48;

    private static final int LEAST_CONNECTIONS = 8;

    private final int free;

    DescriptorReserve() {
        free = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? (int) Math.min(
                        Integer.MAX_VALUE,
                        system.getMaxFileDescriptorCount() - system.getOpenFileDescriptorCount() - RESERVE)
                : Integer.MAX_VALUE;
    }

    void application(@Observes Filters filters) {
        int max = Math.max(LEAST_CONNECTIONS, free / 4 * 3);
        filters.register(context -> limit(context, max), Integer.MAX_VALUE);
    }

    void management(@Observes ManagementInterface management) {
        int max = Math.max(LEAST_CONNECTIONS, free / 4);
        management.router().route().order(Integer.MIN_VALUE).handler(context -> limit(context, max));
    }

    private static void limit(RoutingContext context, int max) {
        if (context.request().connection() instanceof ConnectionBase connection) {
            AcceptLimit.install(connection.channel(), max);
        }
        context.next();
    }
}
