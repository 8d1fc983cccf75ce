package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM to a service under load, with a delay of two scrape intervals. */
@Tag("acceptance")
@Timeout(120)
class GracefulEndTest {
    private static final int CONNECTIONS = 40;
    private static final Duration SCRAPE_INTERVAL = Duration.ofSeconds(5);
    private static final Duration DELAY = SCRAPE_INTERVAL.multipliedBy(2);

    /** The time until a cluster sends no more requests to a pod that is not ready. */
    private static final Duration ENDPOINT_REMOVAL = Duration.ofSeconds(3);

    private static final int EXIT_SIGTERM = 143;

    @TempDir
    private Path directory;

    private final AtomicBoolean loading = new AtomicBoolean(true);
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    @Test
    void shouldServeUntilTheLastRequestIsScraped() throws Exception {
        try (ServiceProcess service = ServiceProcess.start(directory, "quarkus.shutdown.delay=" + DELAY);
                Scraper scraper = new Scraper(service);
                ExecutorService connections = Executors.newFixedThreadPool(CONNECTIONS);
                AutoCloseable _ = () -> loading.set(false)) {
            for (int i = 0; i < CONNECTIONS; i++) {
                connections.submit(() -> load(service.application().resolve("/api/cpus")));
            }
            TimeUnit.SECONDS.sleep(2);
            service.terminate();
            assertThatReadinessIsDown(service);
            long answeredBefore = answered.get();
            TimeUnit.MILLISECONDS.sleep(ENDPOINT_REMOVAL.toMillis());
            loading.set(false);
            connections.shutdown();
            assertThat(connections.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

            assertThat(service.awaitExit(DELAY.multipliedBy(2))).isEqualTo(EXIT_SIGTERM);
            assertThat(failed).hasValue(0);
            assertThat(answered.get()).isGreaterThan(answeredBefore);
            assertThat(scraper.lastCount("/api/cpus")).isEqualTo(answered.get());
        }
    }

    private static void assertThatReadinessIsDown(ServiceProcess service) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(service.management().resolve("/q/health/ready"))
                    .build();
            Deadline deadline = Deadline.in(Duration.ofSeconds(1));
            int status = 200;
            while (status == 200 && !deadline.passed()) {
                status = client.send(request, BodyHandlers.discarding()).statusCode();
            }
            assertThat(status).isEqualTo(503);
        }
    }

    /** Sends one request after the other until the load ends. */
    private void load(URI uri) {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpRequest request = HttpRequest.newBuilder(uri).build();
            while (loading.get()) {
                try {
                    HttpResponse<Void> response = client.send(request, BodyHandlers.discarding());
                    (response.statusCode() == 200 ? answered : failed).incrementAndGet();
                } catch (IOException e) {
                    failed.incrementAndGet();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(10);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A Prometheus that scrapes at the interval and stores the last scrape. */
    private static final class Scraper implements AutoCloseable {
        private final Thread thread;
        private final List<String> scrapes = new ArrayList<>();

        Scraper(ServiceProcess service) {
            thread = Thread.ofPlatform().start(() -> scrape(service));
        }

        private void scrape(ServiceProcess service) {
            try {
                while (true) {
                    String text = service.scrape("/q/metrics", "text/plain");
                    synchronized (scrapes) {
                        scrapes.add(text);
                    }
                    TimeUnit.MILLISECONDS.sleep(SCRAPE_INTERVAL.toMillis());
                }
            } catch (IOException | InterruptedException end) {
                // The service or the test has ended.
            }
        }

        /** Returns the count of a route in the last scrape. */
        long lastCount(String uri) {
            synchronized (scrapes) {
                return ScrapeText.values(scrapes.getLast(), "http_server_requests_seconds_count").entrySet().stream()
                        .filter(sample -> sample.getKey().entrySet().contains(Map.entry("uri", uri)))
                        .mapToLong(sample -> sample.getValue().longValue())
                        .sum();
            }
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }
}
