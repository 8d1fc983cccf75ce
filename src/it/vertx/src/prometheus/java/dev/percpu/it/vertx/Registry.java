package dev.percpu.it.vertx;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerRequest;

/** Micrometer's registry, and an endpoint for it. */
final class Registry {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    void scrape(Vertx vertx, HttpServerRequest request) {
        vertx.executeBlocking(() -> registry.scrape())
                .onSuccess(text -> request.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(text))
                .onFailure(failure -> request.response().setStatusCode(500).end());
    }

    MeterRegistry meters() {
        return registry;
    }
}
