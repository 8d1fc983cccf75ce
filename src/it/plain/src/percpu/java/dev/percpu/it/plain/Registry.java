package dev.percpu.it.plain;

import com.sun.net.httpserver.HttpHandler;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;

/** The registry of this project, and its endpoint. */
final class Registry {
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry(PerCpuConfig.DEFAULT);
    private final PerCpuMeters meters = new PerCpuMeters(registry);

    MeterRegistry meters() {
        meters.bindTo(registry);
        return registry;
    }

    HttpHandler endpoint() {
        return exchange -> {
            byte[] text = registry.scrape().getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
        };
    }
}
