package dev.percpu.nativecore;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Runs programs in the order of their start, one for each CPU at a time. Thread-safe. */
final class SubprocessPool implements AutoCloseable {
    private final ExecutorService threads =
            Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());

    /** Starts {@link Subprocess#run} when a CPU is free, and returns its result to be. */
    Future<Subprocess.Result> start(String name, List<String> command, Map<String, String> environment) {
        return threads.submit(() -> Subprocess.run(name, command, environment));
    }

    /** Ends the programs that still run, and starts no other. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
