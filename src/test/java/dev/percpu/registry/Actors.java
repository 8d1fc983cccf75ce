package dev.percpu.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Threads that set off together, round after round. */
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
     * Has every actor do that at the same time, and waits for all.
     *
     * @param part what the actor of that number does
     * @throws AssertionError if one of them throws anything
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
