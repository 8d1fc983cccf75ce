package dev.percpu.scrape;

import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.core.instrument.MockClock;
import io.prometheus.metrics.core.metrics.Gauge;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A program that compares its scrapes with the golden files, on whatever versions of the libraries are on the class path. It ends with an
 * exception if they differ, and prints the content type of a scrape whose client requests an escaping scheme.
 */
public final class GoldenScrapeMain {
    private static final Map<String, String> FILES = Map.of(
            "text/plain; version=0.0.4; charset=utf-8", "golden.prom",
            "application/openmetrics-text; version=1.0.0; charset=utf-8", "golden.openmetrics");

    private GoldenScrapeMain() {}

    public static void main(String[] arguments) throws IOException, HeaderScanner.MalformedHeaderException {
        MockClock clock = new MockClock();
        IsolatingPrometheusRegistry collectors = new IsolatingPrometheusRegistry();
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry(PerCpuConfig.DEFAULT, collectors, clock);
        GoldenMeters.record(registry, clock);
        for (Map.Entry<String, String> file : FILES.entrySet()) {
            require(registry.scrape(file.getKey()).equals(GoldenMeters.file(file.getValue())), file.getValue());
        }
        Gauge.builder().name("of_the_client").register(collectors).set(7);
        for (ScrapeType.Format format : ScrapeType.Format.values()) {
            for (String escaping : new String[] {"allow-utf-8", "underscores", "dots", "values"}) {
                ScrapeType type = ScrapeType.select(AcceptHeader.parse(format.contentType() + "; escaping=" + escaping))
                        .orElseThrow();
                ByteArrayOutputStream out = new ByteArrayOutputStream();
                registry.scrape(out, type, null);
                require(type.format() == format, type.toString());
                require(out.toString(StandardCharsets.UTF_8).contains("client"), type.toString());
            }
        }
        System.out.println("content type: "
                + ScrapeType.select(AcceptHeader.parse("text/plain; version=1.0.0; escaping=dots"))
                        .orElseThrow()
                        .contentType());
        registry.close();
    }

    private static void require(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError("the scrape differs: " + what);
        }
    }
}
