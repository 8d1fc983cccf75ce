package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM to services under load, with a delay of two scrape intervals, as in the manifests. */
@Tag("acceptance")
@Timeout(180)
class GracefulEndTest {
    private static final int CLIENTS = 40;
    private static final String PATH = "/api/cpus";

    /** The time until a cluster sends no more requests to a pod that is not ready. */
    private static final Duration ENDPOINT_REMOVAL = Duration.ofSeconds(3);

    private static final int REPLICAS = 2;
    private static final int EXIT_SIGTERM = 143;

    @TempDir
    private Path directory;

    @Test
    void shouldServeUntilTheLastRequestIsScraped() throws Exception {
        Duration interval = Duration.ofSeconds(5);
        Duration delay = interval.multipliedBy(2);
        try (ServiceProcess service = ServiceProcess.start(directory, "quarkus.shutdown.delay=" + delay);
                PeriodicScrape scrape = new PeriodicScrape(service, interval);
                SteadyLoad load =
                        new SteadyLoad(CLIENTS, () -> service.application().resolve(PATH))) {
            TimeUnit.SECONDS.sleep(2);
            service.terminate();
            assertThat(isReady(service)).isFalse();
            long answeredBefore = load.answered();
            TimeUnit.MILLISECONDS.sleep(ENDPOINT_REMOVAL.toMillis());
            load.stop();

            assertThat(service.awaitExit(delay.multipliedBy(2))).isEqualTo(EXIT_SIGTERM);
            assertThat(load.failed()).isZero();
            assertThat(load.answered()).isGreaterThan(answeredBefore);
            assertThat(scrape.lastCount(PATH)).isEqualTo(load.answered());
        }
    }

    @Test
    void shouldLoseNothingInARollingUpdate() throws Exception {
        Duration interval = Duration.ofSeconds(2);
        List<Pod> pods = new ArrayList<>();
        List<Pod> endpoints = new CopyOnWriteArrayList<>();
        try {
            for (int replica = 0; replica < REPLICAS; replica++) {
                pods.add(Pod.start(directory.resolve("old-" + replica), interval));
            }
            endpoints.addAll(pods);
            try (SteadyLoad load = new SteadyLoad(CLIENTS, () -> any(endpoints))) {
                for (int replica = 0; replica < REPLICAS; replica++) {
                    Pod added = Pod.start(directory.resolve("new-" + replica), interval);
                    pods.add(added);
                    endpoints.add(added);
                    Pod removed = pods.get(replica);
                    removed.service.terminate();
                    assertThat(isReady(removed.service)).isFalse();
                    TimeUnit.MILLISECONDS.sleep(interval.toMillis() / 2);
                    endpoints.remove(removed);
                    assertThat(removed.service.awaitExit(Duration.ofSeconds(20)))
                            .isEqualTo(EXIT_SIGTERM);
                }
                load.stop();
                TimeUnit.MILLISECONDS.sleep(interval.multipliedBy(2).toMillis());

                assertThat(load.failed()).isZero();
                assertThat(pods)
                        .hasSize(2 * REPLICAS)
                        .allSatisfy(
                                pod -> assertThat(pod.scrape.lastCount(PATH)).isPositive());
                assertThat(pods.stream()
                                .mapToLong(pod -> pod.scrape.lastCount(PATH))
                                .sum())
                        .isEqualTo(load.answered());
            }
        } finally {
            pods.forEach(Pod::close);
        }
    }

    private static URI any(List<Pod> endpoints) {
        Pod[] now = endpoints.toArray(Pod[]::new);
        return now[ThreadLocalRandom.current().nextInt(now.length)]
                .service
                .application()
                .resolve(PATH);
    }

    /** Returns whether a service is ready, at the latest a second after SIGTERM. */
    private static boolean isReady(ServiceProcess service) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(service.management().resolve("/q/health/ready"))
                    .build();
            Deadline deadline = Deadline.in(Duration.ofSeconds(1));
            while (client.send(request, BodyHandlers.discarding()).statusCode() == 200) {
                if (deadline.passed()) {
                    return true;
                }
            }
            return false;
        }
    }

    /** A replica, and what scrapes it. */
    private record Pod(ServiceProcess service, PeriodicScrape scrape) implements AutoCloseable {
        static Pod start(Path directory, Duration interval) throws IOException, InterruptedException {
            ServiceProcess service = ServiceProcess.start(
                    Files.createDirectories(directory), "quarkus.shutdown.delay=" + interval.multipliedBy(2));
            return new Pod(service, new PeriodicScrape(service, interval));
        }

        @Override
        public void close() {
            scrape.close();
            service.close();
        }
    }
}
