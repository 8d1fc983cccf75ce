package dev.percpu.spring;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.registry.ScrapeFailure;
import dev.percpu.scrape.ScrapeNegotiation;
import dev.percpu.scrape.ScrapeParameters;
import dev.percpu.settings.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.util.MimeTypeUtils;

/**
 * Scrapes as responses of an actuator endpoint. Thread-safe.
 *
 * <p>Responses are not compressed here: {@code server.compression} is a setting of Spring Boot.
 */
final class ScrapeResponder {
    /** Parameters of Prometheus and of Boot's own endpoint. */
    private static final List<String> NAMES = List.of("name[]", "includedNames");

    private final PerCpuMeterRegistry registry;
    private final PerCpuMeters meters;
    private final ScrapeNegotiation negotiation = new ScrapeNegotiation(Compression.OFF);

    /**
     * Buffer that the next scrape reuses; null while a scrape uses it. A garbage collector that divides the heap into regions, as G1 does,
     * would run more often if each scrape made a large object more.
     */
    private final AtomicReference<@Nullable ByteArrayOutputStream> spare = new AtomicReference<>();

    ScrapeResponder(PerCpuMeterRegistry registry, PerCpuMeters meters) {
        this.registry = registry;
        this.meters = meters;
    }

    /**
     * Scrapes the registry.
     *
     * @param accept values of all Accept header lines; null or empty if there are none
     * @param parameters values of each query parameter
     */
    WebEndpointResponse<byte[]> respond(@Nullable List<String> accept, Map<String, List<String>> parameters) {
        return switch (negotiation.negotiate(accept, null)) {
            case ScrapeNegotiation.Rejected rejected ->
                new WebEndpointResponse<>(
                        (rejected.reason() + "\n").getBytes(StandardCharsets.UTF_8),
                        rejected.status(),
                        MimeTypeUtils.TEXT_PLAIN);
            case ScrapeNegotiation.Accepted accepted -> {
                byte[] body = scrape(accepted, names(parameters));
                yield new WebEndpointResponse<>(
                        body, MimeTypeUtils.parseMimeType(accepted.type().contentType()));
            }
        };
    }

    private byte[] scrape(ScrapeNegotiation.Accepted accepted, List<String> names) {
        long startNanos = System.nanoTime();
        ByteArrayOutputStream reused = spare.getAndSet(null);
        ByteArrayOutputStream out = reused == null ? new ByteArrayOutputStream() : reused;
        out.reset();
        try {
            registry.scrape(out, accepted.type(), names.isEmpty() ? null : ScrapeParameters.families(names));
        } catch (IOException e) {
            meters.recordFailure(ScrapeFailure.ERROR);
            throw new UncheckedIOException("The scrape was not completed", e);
        } catch (RuntimeException | Error e) {
            meters.recordFailure(ScrapeFailure.ERROR);
            throw e;
        }
        byte[] body = out.toByteArray();
        spare.set(out);
        meters.recordScrape(System.nanoTime() - startNanos, body.length);
        return body;
    }

    private static List<String> names(Map<String, List<String>> parameters) {
        List<String> names = new ArrayList<>();
        for (String parameter : NAMES) {
            for (String value : parameters.getOrDefault(parameter, List.of())) {
                names.addAll(List.of(value.split(",")));
            }
        }
        return names;
    }
}
