package dev.percpu.acceptance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Sends a known number of requests over several connections at once and counts the answers.
 *
 * <p>Each connection is an HTTP client of its own that sends one request after the other, so every request is sent once: a client
 * would repeat one only if its connection broke while idle.
 */
final class HttpLoad {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long SEED = 42;

    private HttpLoad() {}

    /**
     * Requests to send.
     *
     * @param method the HTTP method
     * @param path the path; each {@code #} becomes the number of the request, so that the paths differ
     * @param uri the value of the label {@code uri} that the service should record them under
     * @param status the status it should answer with
     * @param count how many to send
     */
    record Requests(String method, String path, String uri, int status, int count) {}

    /** What a request is recorded under, as values of the labels {@code method}, {@code status} and {@code uri}. */
    record Recorded(String method, String status, String uri) {}

    /**
     * Sends everything, mixed, and returns when all answers are there.
     *
     * @return how many answers came, by method, status and the {@code uri} expected
     */
    static Map<Recorded, Long> send(URI base, List<Requests> plan, int connections)
            throws InterruptedException, IOException {
        List<List<Planned>> shares = shares(plan, connections);
        Map<Recorded, Long> answers = new HashMap<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(connections)) {
            List<Future<Map<Recorded, Long>>> running = new ArrayList<>();
            shares.forEach(share -> running.add(threads.submit(() -> sendInOrder(base, share))));
            for (Future<Map<Recorded, Long>> one : running) {
                one.get().forEach((recorded, count) -> answers.merge(recorded, count, Long::sum));
            }
        } catch (ExecutionException e) {
            throw new IOException("A connection failed", e.getCause());
        }
        return answers;
    }

    private record Planned(Requests requests, int number) {}

    /** The requests in an order that is mixed but the same in every run, dealt out to the connections. */
    private static List<List<Planned>> shares(List<Requests> plan, int connections) {
        List<Planned> all = new ArrayList<>();
        for (Requests requests : plan) {
            for (int number = 0; number < requests.count(); number++) {
                all.add(new Planned(requests, number));
            }
        }
        Collections.shuffle(all, new Random(SEED));
        List<List<Planned>> shares = new ArrayList<>();
        for (int connection = 0; connection < connections; connection++) {
            shares.add(new ArrayList<>());
        }
        for (int i = 0; i < all.size(); i++) {
            shares.get(i % connections).add(all.get(i));
        }
        return shares;
    }

    private static Map<Recorded, Long> sendInOrder(URI base, List<Planned> share)
            throws IOException, InterruptedException {
        Map<Recorded, Long> answers = new HashMap<>();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            for (Planned planned : share) {
                Requests requests = planned.requests();
                URI uri = base.resolve(requests.path().replace("#", Integer.toString(planned.number())));
                HttpRequest request = HttpRequest.newBuilder(uri)
                        .method(requests.method(), BodyPublishers.noBody())
                        .timeout(PATIENCE)
                        .build();
                int status = client.send(request, BodyHandlers.discarding()).statusCode();
                answers.merge(new Recorded(requests.method(), Integer.toString(status), requests.uri()), 1L, Long::sum);
            }
        }
        return answers;
    }
}
