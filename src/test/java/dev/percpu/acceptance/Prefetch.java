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
 * Values that are fetched from the archive in the background, in order, while tests already run with the first ones. Thread-safe.
 */
final class Prefetch<K, V> {

    private final Map<K, CompletableFuture<V>> values = new ConcurrentHashMap<>();

    private Prefetch() {}

    /** A function that fetches the value of a key. */
    interface Source<K, V> {
        V fetch(K key) throws IOException;
    }

    /** A function that fetches one value. */
    interface Fetch<V> {
        V run() throws IOException;
    }

    /**
     * Starts to fetch the values.
     *
     * @param parallel number of values that are fetched at the same time
     */
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
        threads.shutdown(); // takes effect after the last fetch
        return prefetch;
    }

    /**
     * Waits for a value.
     *
     * @param needed whether the test fails without the value; otherwise it is skipped
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

    /** Fetches a value now. If the archive does not have it, skips the test, or fails if the value is needed. */
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
