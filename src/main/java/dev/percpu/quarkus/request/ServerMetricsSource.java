package dev.percpu.quarkus.request;

import io.micrometer.core.instrument.Tags;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import java.util.function.BiPredicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes the metrics of each HTTP server of the application, all on the same meters.
 *
 * <p>Thread-safe. What it records to is asked for when the first server starts: Vert.x itself is made earlier, before the registry has
 * its filters and common tags.
 */
final class ServerMetricsSource {

    private final Supplier<Recording> supplier;
    private final BiPredicate<HttpServerOptions, SocketAddress> uncounted;
    private @Nullable Recording recording;

    /** What all servers have in common. */
    record Recording(RequestMeterFactory meters, ContributedTags contributed, RequestSpan span) {}

    /** @param uncounted whether a server with these options, listening on this address, is not to be counted */
    ServerMetricsSource(Supplier<Recording> supplier, BiPredicate<HttpServerOptions, SocketAddress> uncounted) {
        this.supplier = supplier;
        this.uncounted = uncounted;
    }

    /** The metrics of a server, or null for one that is not to be counted. */
    @Nullable
    HttpServerMetricsAdapter create(HttpServerOptions options, SocketAddress address) {
        if (uncounted.test(options, address)) {
            return null;
        }
        // As Quarkus does: the port the server was told to listen on, none if that was any free one.
        Tags tags = options.getPort() > 0 ? Tags.of("server.port", Integer.toString(options.getPort())) : Tags.empty();
        Recording to = recording();
        return new HttpServerMetricsAdapter(
                to.meters(), to.contributed(), to.span(), tags, options.isSsl() ? "https" : "http");
    }

    private synchronized Recording recording() {
        if (recording == null) {
            recording = supplier.get();
        }
        return recording;
    }
}
