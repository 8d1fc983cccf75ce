package dev.percpu.it.vertx;

import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.scrape.ScrapeNegotiation;
import dev.percpu.scrape.ScrapeNegotiation.Accepted;
import dev.percpu.scrape.ScrapeNegotiation.Rejected;
import dev.percpu.settings.Compression;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;

/** The registry of this project, and its endpoint. */
final class Registry {
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(PerCpuConfig.DEFAULT);
    private final ScrapeNegotiation negotiation = new ScrapeNegotiation(Compression.OFF);

    MeterRegistry meters() {
        new PerCpuMeters(registry).bindTo(registry);
        return registry;
    }

    // library.md shows this method.
    void scrape(Vertx vertx, HttpServerRequest request) {
        HttpServerResponse response = request.response();
        switch (negotiation.negotiate(request.headers().getAll("Accept"), null)) {
            case Rejected rejected -> response.setStatusCode(rejected.status()).end(rejected.reason());
            case Accepted accepted -> {
                ByteArrayOutputStream body = new ByteArrayOutputStream();
                Future<Void> written = vertx.executeBlocking(() -> {
                    registry.scrape(body, accepted.type(), null);
                    return null;
                });
                accepted.headers().forEach(response::putHeader);
                written.onSuccess(done -> response.end(Buffer.buffer(body.toByteArray())));
                written.onFailure(failure -> response.setStatusCode(500).end());
            }
        }
    }
}
