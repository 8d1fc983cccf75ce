package dev.percpu.acceptance;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Scrapes a service at an interval, as Prometheus does, until the service ends. Thread-safe. */
final class PeriodicScrape implements AutoCloseable {
    private final Thread thread;
    private volatile String last = "";

    PeriodicScrape(ServiceProcess service, Duration interval) {
        thread = Thread.ofPlatform().start(() -> scrape(service, interval));
    }

    private void scrape(ServiceProcess service, Duration interval) {
        try {
            while (true) {
                last = service.scrape("/q/metrics", "text/plain");
                TimeUnit.MILLISECONDS.sleep(interval.toMillis());
            }
        } catch (IOException | InterruptedException end) {
            // The service or the test has ended.
        }
    }

    /** Returns the last complete scrape. */
    String last() {
        return last;
    }

    /** Returns the number of requests of a route in the last scrape. */
    long lastCount(String uri) {
        return ScrapeText.values(last, "http_server_requests_seconds_count").entrySet().stream()
                .filter(sample -> sample.getKey().entrySet().contains(Map.entry("uri", uri)))
                .mapToLong(sample -> sample.getValue().longValue())
                .sum();
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
