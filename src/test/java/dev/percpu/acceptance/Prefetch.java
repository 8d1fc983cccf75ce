package dev.percpu.acceptance;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.opentest4j.TestAbortedException;

/**
 * Things out of the archive that are fetched in the background, in order, while tests run with those that are there. Thread-safe.
 */
final class Prefetch<K, V> {

    private final Map<K, CompletableFuture<V>> values = new ConcurrentHashMap<>();

    private Prefetch() {}

    /** What makes something of the archive. */
    interface Source<K, V> {
        V fetch(K key) throws IOException;
    }

    interface Fetch<V> {
        V run() throws IOException;
    }

    /** @param parallel how many are fetched at once */
    static <K, V> Prefetch<K, V> of(List<K> keys, Source<K, V> source, int parallel) {
        Prefetch<K, V> prefetch = new Prefetch<>();
        ExecutorService threads = Executors.newFixedThreadPool(
                parallel, Thread.ofPlatform().daemon().factory());
        for (K key : keys) {
            prefetch.values.put(
                    key,
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return source.fetch(key);
                                } catch (IOException e) {
                                    throw new CompletionException(e);
                                }
                            },
                            threads));
        }
        threads.shutdown(); // when all is fetched
        return prefetch;
    }

    /**
     * Waits for one of them.
     *
     * @param needed whether the test fails without it; otherwise it is skipped
     */
    V get(K key, boolean needed) throws IOException {
        return orSkip(
                () -> {
                    try {
                        return values.get(key).join();
                    } catch (CompletionException e) {
                        throw e.getCause() instanceof IOException cause ? cause : new IOException(e);
                    }
                },
                needed);
    }

    /** Fetches now, and skips the test if the archive does not have it, unless it is needed. */
    static <V> V orSkip(Fetch<V> fetch, boolean needed) throws IOException {
        try {
            return fetch.run();
        } catch (Testbeds.GoneException gone) {
            if (needed) {
                throw gone;
            }
            throw new TestAbortedException(gone.getMessage(), gone);
        }
    }
}
