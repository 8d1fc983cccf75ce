package dev.percpu.scrape;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a client requests of a scrape besides its format: families and timeout. No types of an HTTP server, stateless. */
public final class ScrapeParameters {

    /** The request header with Prometheus' {@code scrape_timeout}, in seconds with decimals. Prometheus sends it with every scrape. */
    public static final String TIMEOUT_HEADER = "X-Prometheus-Scrape-Timeout-Seconds";

    /** Suffixes that samples add to the name of their family. The registry selects by the family's name only. */
    private static final List<String> SUFFIXES =
            List.of("_total", "_created", "_bucket", "_count", "_sum", "_gcount", "_gsum", "_info");

    private ScrapeParameters() {}

    /**
     * Returns all families that the given sample names can belong to: each name, and each name without its suffix.
     *
     * @param samples values of the query parameter {@code name[]}
     */
    public static Set<String> families(List<String> samples) {
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

    /**
     * Returns the timeout that the client requests, at most {@code max}. A value that is not a number of seconds above 0 is ignored.
     *
     * @param seconds value of {@link #TIMEOUT_HEADER}; null if the request has none
     * @param max the timeout for a client that requests none or a longer one
     */
    public static Duration timeout(@Nullable String seconds, Duration max) {
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
