package dev.percpu.acceptance;

import dev.percpu.acceptance.Chromium.Tab;
import dev.percpu.acceptance.HttpLoad.Requests;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

/**
 * Measures the time until the first byte of the page, and the CPU time of the service while the page is open. {@code make bench ARGS=page}
 * runs it.
 */
final class PageCost {
    private static final int WARM_UP = 8_000;
    private static final int SAMPLES = 1_000;
    private static final Duration PERIOD = Duration.ofSeconds(20);
    private static final int PERIODS = 4;
    private static final double LARGEST_SHARE = 0.005;

    private PageCost() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("page-cost");
        try (ServiceProcess service = ServiceProcess.start(directory)) {
            HttpLoad.send(
                    service.application(),
                    List.of(
                            new Requests("GET", "/", "root", 200, WARM_UP),
                            new Requests("GET", "/api/cpus", "/api/cpus", 200, WARM_UP),
                            new Requests("GET", "/api/requests", "/api/requests", 200, WARM_UP)),
                    2);
            Duration median = medianTimeToFirstByte(service);
            double idle;
            double open;
            try (Chromium chromium = new Chromium();
                    Tab tab = chromium.tab(service.application(), options -> {})) {
                idle = leastShare(service, tab, LARGEST_SHARE);
                tab.go();
                open = leastShare(service, tab, idle + LARGEST_SHARE);
            }
            System.out.printf(
                    "page: first byte %.1f ms (median of %d); CPU %.2f %% with the page open, %.2f %% without%n",
                    median.toNanos() / 1e6, SAMPLES, 100 * open, 100 * idle);
        }
    }

    /**
     * Returns the least share of a CPU that the service used in a period. It ends with the first one below a limit: for a while the JIT
     * compiler works on the requests of before, which takes more CPU time than the page.
     */
    private static double leastShare(ServiceProcess service, Tab tab, double limit) {
        double least = Double.MAX_VALUE;
        for (int period = 0; period < PERIODS && least >= limit; period++) {
            Duration before = ProcessUsage.cpuTime(service.pid());
            tab.page().waitForTimeout(PERIOD.toMillis());
            Duration used = ProcessUsage.cpuTime(service.pid()).minus(before);
            least = Math.min(least, (double) used.toNanos() / PERIOD.toNanos());
        }
        return least;
    }

    /** The body handler is called when the head of the response has arrived. */
    private static Duration medianTimeToFirstByte(ServiceProcess service) throws IOException, InterruptedException {
        long[] nanos = new long[SAMPLES];
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            HttpRequest request = HttpRequest.newBuilder(service.application()).build();
            for (int i = 0; i < SAMPLES; i++) {
                int sample = i;
                long sent = System.nanoTime();
                client.send(request, head -> {
                    nanos[sample] = System.nanoTime() - sent;
                    return BodyHandlers.discarding().apply(head);
                });
            }
        }
        Arrays.sort(nanos);
        return Duration.ofNanos(nanos[SAMPLES / 2]);
    }
}
