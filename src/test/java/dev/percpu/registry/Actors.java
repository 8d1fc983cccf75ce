package dev.percpu.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** A group of threads that start each round at the same time. */
final class Actors implements AutoCloseable {
    private final int number;
    private final ExecutorService executor;
    private final CyclicBarrier start;

    Actors(int number) {
        this.number = number;
        this.executor = Executors.newFixedThreadPool(number);
        this.start = new CyclicBarrier(number);
    }

    /**
     * Runs a task on every thread at the same time, and waits for all.
     *
     * @param part the task, called with the thread's number
     * @throws AssertionError if a task throws
     */
    void round(IntConsumer part) throws InterruptedException {
        List<Future<?>> actors = new ArrayList<>();
        for (int i = 0; i < number; i++) {
            int actor = i;
            actors.add(executor.submit(() -> {
                start.await();
                part.accept(actor);
                return null;
            }));
        }
        for (Future<?> actor : actors) {
            try {
                actor.get();
            } catch (ExecutionException e) {
                throw new AssertionError("an actor failed", e.getCause());
            }
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
