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
 * A load generator that sends a known number of requests over several connections and counts the responses. Stateless.
 *
 * <p>Each connection has its own HTTP client, which sends one request after the other. So each request is sent once: a client repeats a
 * request only if an idle connection breaks.
 */
final class HttpLoad {

    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private static final long SEED = 42;

    private HttpLoad() {}

    /**
     * A number of requests of the same kind.
     *
     * @param method the HTTP method
     * @param path the path; each {@code #} is replaced by the number of the request
     * @param uri the expected value of the label {@code uri}
     * @param status the expected status
     * @param count number of requests to send
     */
    record Requests(String method, String path, String uri, int status, int count) {}

    /** The labels of a recorded request. */
    record Recorded(String method, String status, String uri) {}

    /**
     * Sends all requests in random order and waits for all responses.
     *
     * @return the number of responses by method, status and expected {@code uri}
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

    /** Distributes the requests over the connections, in a random order that is the same in each run. */
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
                        .timeout(TIMEOUT)
                        .build();
                int status = client.send(request, BodyHandlers.discarding()).statusCode();
                answers.merge(new Recorded(requests.method(), Integer.toString(status), requests.uri()), 1L, Long::sum);
            }
        }
        return answers;
    }
}
