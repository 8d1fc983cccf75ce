package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.acceptance.Attack.Flood;
import dev.percpu.acceptance.AttackedService.Usage;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All attacks at the same time, in rounds, beside clients that read their responses. After each round, nothing is left, and the service uses
 * no more than before.
 *
 * <p>It takes 60 seconds. For longer: {@code make acceptance TEST=ClientAttackSoakTest ARGS=-Dtest.soak.seconds=300}.
 */
@Tag("acceptance")
@Timeout(1_200)
class ClientAttackSoakTest {
    private static final int ROUNDS = 6;
    private static final Duration ROUND =
            Duration.ofSeconds(Integer.getInteger("test.soak.seconds", 60)).dividedBy(ROUNDS);

    /** The first rounds load classes, start threads and compile. */
    private static final int WARM_UP_ROUNDS = 2;

    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final Duration PAUSE = Duration.ofMillis(20);
    private static final Duration FLOOD = Duration.ofSeconds(3);
    private static final int FLOODING_CLIENTS = 4;
    private static final int CLIENTS = 100;

    /** The path of the clients that read. */
    static final String READ = "/api/cpus";

    @TempDir
    private Path directory;

    @Test
    void shouldUseNoMoreAfterManyAttacksThanAfterFew() throws Exception {
        try (AttackedService service = AttackedService.start(directory, ClientAttackSoakTest::withWholeHeap)) {
            long answers = 0;
            List<Usage> usages = new ArrayList<>();
            for (int round = 0; round < ROUNDS; round++) {
                answers += attack(service, ROUND);
                service.assertThatNothingIsLeft(); // first: there can be 10,000 connections to end
                service.assertThatItAnswers();
                assertThat(service.sum("http_server_requests_seconds_count", Map.of("status", "200", "uri", READ)))
                        .as("answered requests")
                        .isEqualTo(answers);
                usages.add(service.usage());
            }
            Usage early = usages.get(WARM_UP_ROUNDS - 1);
            Usage last = usages.getLast();
            String all = answers + " answers\n"
                    + String.join("\n", usages.stream().map(Usage::toString).toList());
            if (Boolean.getBoolean("test.soak.print")) {
                System.out.println(all + "\n" + service.output());
            }
            // Netty's pools grow up to their limits.
            assertThat(last.heapKilobytes()).as(all).isLessThan(early.heapKilobytes() * 115 / 100);
            assertThat(last.residentKilobytes()).as(all).isLessThan(early.residentKilobytes() * 105 / 100);
            assertThat(last.threads()).as(all).isLessThanOrEqualTo(early.threads() + 4);
            assertThat(last.descriptors()).as(all).isLessThanOrEqualTo(early.descriptors() + 4);
        }
    }

    /** Makes the whole heap resident at the start, so that the resident memory does not depend on the garbage collector. */
    private static List<String> withWholeHeap(List<String> command) {
        List<String> changed = new ArrayList<>(command);
        changed.addAll(1, List.of("-Xms" + AttackedService.heapKilobytes() + "k", "-XX:+AlwaysPreTouch"));
        return changed;
    }

    /** Runs all attacks, and returns the number of responses of clients that read. */
    static long attack(AttackedService service, Duration duration) throws InterruptedException, ExecutionException {
        Deadline end = Deadline.in(duration);
        URI application = service.application();
        List<Future<Long>> readers = new ArrayList<>();
        List<Future<Long>> attackers = new ArrayList<>();
        try (ExecutorService clients = Executors.newCachedThreadPool()) {
            for (HttpClient.Version version : HttpClient.Version.values()) {
                readers.add(clients.submit(() -> read(application.resolve(READ), version, end)));
            }
            List<Step> steps = new ArrayList<>(List.of(
                    () -> Attack.endWithinPipelinedRequest(application),
                    () -> Attack.sendAndReset(application, Attack.GET.repeat(5)),
                    () -> openAndClose(application)));
            for (URI port : List.of(application, service.management())) {
                for (String text : Attack.MALFORMED) {
                    steps.add(() -> Attack.send(port, text));
                }
                for (Flood flood : Flood.values()) {
                    steps.add(() -> flood(port, flood, end));
                }
            }
            for (Step step : steps) {
                attackers.add(clients.submit(() -> repeat(step, end)));
            }
            assertThat(sum(attackers)).as("attacks").isGreaterThan(steps.size());
            return sum(readers);
        }
    }

    private static long sum(List<Future<Long>> results) throws InterruptedException, ExecutionException {
        long sum = 0;
        for (Future<Long> result : results) {
            sum += result.get();
        }
        return sum;
    }

    /** Sends requests one after the other. Each must be answered: else the counts of client and service would differ. */
    private static long read(URI url, HttpClient.Version version, Deadline end)
            throws IOException, InterruptedException {
        long answers = 0;
        try (HttpClient client = HttpClient.newBuilder().version(version).build()) {
            HttpRequest request = HttpRequest.newBuilder(url).timeout(ANSWER).build();
            while (!end.passed()) {
                assertThat(client.send(request, BodyHandlers.discarding()).statusCode())
                        .isEqualTo(200);
                answers++;
            }
        }
        return answers;
    }

    private static long repeat(Step attack, Deadline end) throws IOException, InterruptedException {
        long count = 0;
        while (!end.passed()) {
            attack.run();
            count++;
            Thread.sleep(PAUSE); // bounds the number of ports that are in use
        }
        return count;
    }

    private static void openAndClose(URI port) throws IOException {
        for (Socket socket : Attack.open(port, CLIENTS)) {
            socket.close();
        }
    }

    private static void flood(URI port, Flood flood, Deadline end) throws IOException {
        Deadline deadline = Deadline.in(FLOOD);
        try (var _ = Attack.start(port, flood, FLOODING_CLIENTS)) {
            while (!end.passed() && !deadline.passed()) {
                deadline.pause();
            }
        }
    }

    private interface Step {
        void run() throws IOException;
    }
}
