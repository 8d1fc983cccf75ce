package dev.percpu.spring;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.registry.ScrapeFailure;
import dev.percpu.scrape.ScrapeNegotiation;
import dev.percpu.scrape.ScrapeParameters;
import dev.percpu.settings.Compression;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
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

    /** Buffer that the next scrape reuses; null while a response uses it. */
    private final AtomicReference<@Nullable ScrapeBuffer> spare = new AtomicReference<>();

    ScrapeResponder(PerCpuMeterRegistry registry, PerCpuMeters meters) {
        this.registry = registry;
        this.meters = meters;
    }

    /**
     * Scrapes the registry.
     *
     * @param accept values of all Accept header lines; null or empty if there are none
     * @param parameters values of each query parameter
     * @param body makes the body from a scrape, and ends the use of its buffer
     */
    WebEndpointResponse<Object> respond(
            @Nullable List<String> accept, Map<String, List<String>> parameters, Function<ScrapeBuffer, Object> body) {
        return switch (negotiation.negotiate(accept, null)) {
            case ScrapeNegotiation.Rejected rejected ->
                new WebEndpointResponse<>(
                        (rejected.reason() + "\n").getBytes(StandardCharsets.UTF_8),
                        rejected.status(),
                        MimeTypeUtils.TEXT_PLAIN);
            case ScrapeNegotiation.Accepted accepted ->
                new WebEndpointResponse<>(
                        body.apply(scrape(accepted, names(parameters))),
                        MimeTypeUtils.parseMimeType(accepted.type().contentType()));
        };
    }

    private ScrapeBuffer scrape(ScrapeNegotiation.Accepted accepted, List<String> names) {
        long startNanos = System.nanoTime();
        ScrapeBuffer out = ScrapeBuffer.take(spare);
        try {
            registry.scrape(out, accepted.type(), names.isEmpty() ? null : ScrapeParameters.families(names));
        } catch (IOException e) {
            meters.recordFailure(ScrapeFailure.ERROR);
            throw new UncheckedIOException("The scrape was not completed", e);
        } catch (RuntimeException | Error e) {
            meters.recordFailure(ScrapeFailure.ERROR);
            throw e;
        }
        meters.recordScrape(System.nanoTime() - startNanos, out.size());
        return out;
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
