package dev.percpu.quarkus.metrics;

import dev.percpu.scrape.ScrapeNegotiation;
import dev.percpu.scrape.ScrapeParameters;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request for a scrape. Immutable.
 *
 * @param negotiated format and compression of the response
 * @param names names of the requested families; null for all
 * @param timeout the time for the whole response, above 0
 */
record ScrapeRequest(
        ScrapeNegotiation.Accepted negotiated, @Nullable Set<String> names, Duration timeout) {

    /**
     * Reads query parameters and timeout of a request.
     *
     * @param maxTimeout the timeout for a client that requests none or a longer one
     */
    static ScrapeRequest of(RoutingContext context, ScrapeNegotiation.Accepted negotiated, Duration maxTimeout) {
        List<String> names = context.queryParam("name[]");
        return new ScrapeRequest(
                negotiated,
                names.isEmpty() ? null : ScrapeParameters.families(names),
                ScrapeParameters.timeout(context.request().getHeader(ScrapeParameters.TIMEOUT_HEADER), maxTimeout));
    }
}
