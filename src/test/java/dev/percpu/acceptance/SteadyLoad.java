package dev.percpu.acceptance;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/** Clients that send one request after the other until {@link #stop}. Thread-safe. */
final class SteadyLoad implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final AtomicBoolean sending = new AtomicBoolean(true);
    private final List<Future<?>> running = new ArrayList<>();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final ExecutorService clients;

    /**
     * Starts the clients.
     *
     * @param target returns the address of the next request
     */
    SteadyLoad(int clients, Supplier<URI> target) {
        this.clients = Executors.newFixedThreadPool(clients);
        for (int client = 0; client < clients; client++) {
            running.add(this.clients.submit(() -> send(target)));
        }
    }

    private void send(Supplier<URI> target) {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            while (sending.get()) {
                boolean success = isOk(
                        client,
                        HttpRequest.newBuilder(target.get()).timeout(ANSWER).build());
                (success ? answered : failed).incrementAndGet();
                TimeUnit.MILLISECONDS.sleep(PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static boolean isOk(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Returns the number of requests with status 200. */
    long answered() {
        return answered.get();
    }

    /** Returns the number of all other requests. */
    long failed() {
        return failed.get();
    }

    /**
     * Waits for the answers to the last requests.
     *
     * @throws AssertionError if a client ended by an exception
     */
    void stop() throws InterruptedException {
        close();
        try {
            for (Future<?> client : running) {
                client.get();
            }
        } catch (ExecutionException e) {
            throw new AssertionError("a client ended", e.getCause());
        }
    }

    @Override
    public void close() {
        sending.set(false);
        clients.close();
    }
}
