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

    /** Size of the last scrape, in bytes: the next one is about as large. */
    private volatile int expectedBytes = 1024;

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
        // The size varies by the digits of the values.
        ByteArrayOutputStream out = new ByteArrayOutputStream(expectedBytes + expectedBytes / 16);
        try {
            registry.scrape(out, accepted.type(), names.isEmpty() ? null : ScrapeParameters.families(names));
        } catch (IOException e) {
            meters.recordFailure(ScrapeFailure.ERROR);
            throw new UncheckedIOException("The scrape was not completed", e);
        } catch (RuntimeException | Error e) {
            meters.recordFailure(ScrapeFailure.ERROR);
            throw e;
        }
        expectedBytes = out.size();
        meters.recordScrape(System.nanoTime() - startNanos, out.size());
        return out.toByteArray();
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
