package dev.percpu.it.vertx;

import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.scrape.ScrapeNegotiation;
import dev.percpu.settings.Compression;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.ByteArrayOutputStream;

/** The registry of this project, and its endpoint. */
final class Registry {
    // Begin of the example in library.md
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(PerCpuConfig.DEFAULT);
    private final ScrapeNegotiation negotiation = new ScrapeNegotiation(Compression.OFF);

    void scrape(Vertx vertx, HttpServerRequest request) {
        switch (negotiation.negotiate(
                request.headers().getAll("Accept"), request.headers().getAll("Accept-Encoding"))) {
            case ScrapeNegotiation.Rejected rejected ->
                request.response().setStatusCode(rejected.status()).end(rejected.reason());
            case ScrapeNegotiation.Accepted accepted ->
                vertx.executeBlocking(() -> {
                            ByteArrayOutputStream body = new ByteArrayOutputStream();
                            registry.scrape(body, accepted.type(), null);
                            return Buffer.buffer(body.toByteArray());
                        })
                        .onSuccess(body -> {
                            accepted.headers().forEach(request.response()::putHeader);
                            request.response().end(body);
                        })
                        .onFailure(
                                failure -> request.response().setStatusCode(500).end());
        }
    }
    // End of the example

    MeterRegistry meters() {
        new PerCpuMeters(registry).bindTo(registry);
        return registry;
    }
}
