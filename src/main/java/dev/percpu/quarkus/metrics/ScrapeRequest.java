package dev.percpu.quarkus.metrics;

import dev.percpu.scrape.ScrapeNegotiation;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashSet;
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

    /** The request header with Prometheus' {@code scrape_timeout}, in seconds with decimals. Prometheus sends it with every scrape. */
    static final String TIMEOUT_HEADER = "X-Prometheus-Scrape-Timeout-Seconds";

    /** Suffixes that samples add to the name of their family. The registry selects by the family's name only. */
    private static final List<String> SUFFIXES =
            List.of("_total", "_created", "_bucket", "_count", "_sum", "_gcount", "_gsum", "_info");

    /**
     * Reads query parameters and timeout of a request.
     *
     * @param maxTimeout the timeout for a client that requests none or a longer one
     */
    static ScrapeRequest of(RoutingContext context, ScrapeNegotiation.Accepted negotiated, Duration maxTimeout) {
        List<String> names = context.queryParam("name[]");
        return new ScrapeRequest(
                negotiated,
                names.isEmpty() ? null : families(names),
                timeout(context.request().getHeader(TIMEOUT_HEADER), maxTimeout));
    }

    /** Returns all families that the given sample names can belong to: each name, and each name without its suffix. */
    static Set<String> families(List<String> samples) {
        Set<String> families = new HashSet<>(samples);
        for (String sample : samples) {
            for (String suffix : SUFFIXES) {
                if (sample.endsWith(suffix)) {
                    families.add(sample.substring(0, sample.length() - suffix.length()));
                }
            }
        }
        return families;
    }

    /** Returns the timeout that the client requests, at most {@code max}. A value that is not a number of seconds above 0 is ignored. */
    static Duration timeout(@Nullable String seconds, Duration max) {
        if (seconds == null) {
            return max;
        }
        double requested;
        try {
            requested = Double.parseDouble(seconds);
        } catch (NumberFormatException e) {
            return max;
        }
        return requested > 0 && requested < max.toSeconds() ? Duration.ofNanos((long) Math.ceil(requested * 1e9)) : max;
    }
}
