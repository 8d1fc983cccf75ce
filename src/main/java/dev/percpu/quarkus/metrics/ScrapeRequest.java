package dev.percpu.quarkus.metrics;

import dev.percpu.quarkus.ScrapeSettings;
import dev.percpu.scrape.AcceptEncoding;
import dev.percpu.scrape.AcceptHeader;
import dev.percpu.scrape.MalformedHeaderException;
import dev.percpu.scrape.ScrapeType;
import dev.percpu.settings.Compression;
import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for.
 *
 * @param gzip whether it gets the answer compressed
 * @param names of the families that are wanted; null for all
 * @param timeout how long it waits for the whole answer, above 0
 */
record ScrapeRequest(
        ScrapeType type, boolean gzip, @Nullable Set<String> names, Duration timeout) {

    /** With every scrape of Prometheus: its {@code scrape_timeout}, in seconds with decimals. */
    static final String TIMEOUT_HEADER = "X-Prometheus-Scrape-Timeout-Seconds";

    /** What samples are called after their family, of which the registry knows the name only. */
    private static final List<String> SUFFIXES =
            List.of("_total", "_created", "_bucket", "_count", "_sum", "_gcount", "_gsum", "_info");

    /** The request cannot be answered. */
    static final class RefusedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final String why;

        RefusedException(int status, String why) {
            super(why);
            this.status = status;
            this.why = why;
        }

        int status() {
            return status;
        }

        String why() {
            return why;
        }
    }

    /**
     * Reads a request.
     *
     * @throws RefusedException 400 if a header cannot be read, 406 if nothing that is offered here is accepted
     */
    static ScrapeRequest read(RoutingContext context, ScrapeSettings settings) throws RefusedException {
        try {
            Optional<ScrapeType> type = ScrapeType.choose(AcceptHeader.parse(header(context, HttpHeaders.ACCEPT)));
            if (type.isEmpty()) {
                throw new RefusedException(
                        406,
                        "Nothing in the Accept header is offered here. Offered: text/plain (version 0.0.4 or 1.0.0), "
                                + "application/openmetrics-text (version 1.0.0 or 0.0.1), application/vnd.google.protobuf.");
            }
            AcceptEncoding encoding = AcceptEncoding.parse(header(context, HttpHeaders.ACCEPT_ENCODING));
            boolean gzip = settings.compression() != Compression.OFF && encoding.prefersGzip();
            if (!gzip && !encoding.takesIdentity()) {
                throw new RefusedException(
                        406,
                        "Nothing in the Accept-Encoding header is offered here. Offered: identity"
                                + (settings.compression() == Compression.OFF ? "." : ", gzip."));
            }
            List<String> names = context.queryParam("name[]");
            return new ScrapeRequest(
                    type.get(),
                    gzip,
                    names.isEmpty() ? null : families(names),
                    timeout(context.request().getHeader(TIMEOUT_HEADER), settings.timeout()));
        } catch (MalformedHeaderException e) {
            throw new RefusedException(400, e.complaint());
        }
    }

    /** The families that samples of these names are in: those of that name, and those that name their samples so by a suffix. */
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

    private static String header(RoutingContext context, CharSequence name) {
        return String.join(",", context.request().headers().getAll(name));
    }

    /** What the client says, but not more than is allowed. What is no number of seconds says nothing. */
    static Duration timeout(@Nullable String seconds, Duration most) {
        if (seconds == null) {
            return most;
        }
        double asked;
        try {
            asked = Double.parseDouble(seconds);
        } catch (NumberFormatException e) {
            return most;
        }
        return asked > 0 && asked < most.toSeconds() ? Duration.ofNanos((long) Math.ceil(asked * 1e9)) : most;
    }
}
