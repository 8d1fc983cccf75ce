package dev.percpu.scrape;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * An executor of user callbacks on daemon threads, with a time limit for each. Thread-safe.
 *
 * <p>The tasks of one call run one after the other on one worker thread. If a task exceeds the limit, it is abandoned with its thread, and
 * another thread runs the next task. A subject that was abandoned is not called again before it returns, so it delays its caller once only.
 *
 * <p>There are as many threads as callers and abandoned tasks. At {@value #MAX_ABANDONED} abandoned tasks, no task is started until one
 * returns. Idle threads end after ten seconds.
 */
final class TimeLimitedExecutor {
    static final int MAX_ABANDONED = 16;

    /** The number of waits that make up one limit. A pause of the whole process uses up one of them, not the whole limit. */
    private static final int WAITS_PER_LIMIT = 10;

    /** A callback. */
    interface Task {
        /** Returns what the task calls. While a task has not returned, no task with an equal subject is started. */
        Object subject();

        /** Runs the callback. Must not throw. */
        void run();
    }

    /** The outcome of a task. */
    enum Outcome {
        /** The task was started and has returned. */
        COMPLETED,
        /** The task was started and did not return in time, or an earlier task with its subject has not returned. */
        TIMED_OUT,
        /** The task was not started because too many are abandoned. */
        SKIPPED
    }

    private final long waitNanos;
    private final ThreadPoolExecutor threads;

    /** Number of abandoned tasks by subject. */
    private final Map<Object, Integer> abandonedSubjects = new ConcurrentHashMap<>();

    private final AtomicInteger abandoned = new AtomicInteger();

    /**
     * Creates an executor.
     *
     * @param limitMillis the time limit of one task, in milliseconds, 1 or more
     */
    TimeLimitedExecutor(long limitMillis) {
        this.waitNanos = Math.max(1, TimeUnit.MILLISECONDS.toNanos(limitMillis) / WAITS_PER_LIMIT);
        this.threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                run -> Thread.ofPlatform().daemon().name("percpu-callbacks").unstarted(run));
    }

    /**
     * Runs all tasks in their order.
     *
     * @return the outcome of each task, by its index
     * @throws InterruptedException if the caller is interrupted before all tasks have returned; the running task is abandoned
     */
    Outcome[] run(List<? extends Task> tasks) throws InterruptedException {
        Outcome[] outcomes = new Outcome[tasks.size()];
        Arrays.fill(outcomes, Outcome.SKIPPED);
        int next = 0;
        while (next < tasks.size() && abandoned() < MAX_ABANDONED) {
            Worker worker = new Worker(tasks, next, outcomes);
            threads.execute(worker);
            next = worker.await();
        }
        return outcomes;
    }

    /** Ends idle threads now, and each later thread after its tasks. Tasks can still be run. */
    void close() {
        threads.setKeepAliveTime(0, TimeUnit.SECONDS);
    }

    /** Returns the number of abandoned tasks that have not returned. */
    int abandoned() {
        return abandoned.get();
    }

    /** Runs tasks from a first index on, until all have returned or one is abandoned. */
    private final class Worker implements Runnable {
        private final List<? extends Task> tasks;
        private final Outcome[] outcomes;

        /** Index of the running task. Guarded by this, as are the outcomes and the field below. */
        private int current;

        private boolean isAbandoned;

        Worker(List<? extends Task> tasks, int first, Outcome[] outcomes) {
            this.tasks = tasks;
            this.current = first;
            this.outcomes = outcomes;
        }

        @Override
        public void run() {
            for (Task task = next(); task != null; task = next()) {
                boolean started = !abandonedSubjects.containsKey(task.subject());
                if (started) {
                    task.run();
                }
                if (!complete(task, started)) {
                    return;
                }
            }
        }

        private synchronized @Nullable Task next() {
            if (current < tasks.size()) {
                return tasks.get(current);
            }
            notifyAll();
            return null;
        }

        /** Records that a task has returned. Returns whether the worker runs the next one. */
        private synchronized boolean complete(Task task, boolean started) {
            if (isAbandoned) {
                abandonedSubjects.computeIfPresent(task.subject(), (subject, count) -> count == 1 ? null : count - 1);
                abandoned.decrementAndGet();
                return false;
            }
            outcomes[current] = started ? Outcome.COMPLETED : Outcome.TIMED_OUT;
            current++;
            return true;
        }

        /** Waits until all tasks have returned or one exceeds the limit. Returns the index of the next task to start. */
        synchronized int await() throws InterruptedException {
            int observed = -1;
            int waits = 0;
            while (current < tasks.size()) {
                if (current != observed) {
                    observed = current;
                    waits = 0;
                } else if (waits == WAITS_PER_LIMIT) {
                    return abandon();
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, waitNanos);
                } catch (InterruptedException e) {
                    abandon();
                    throw e;
                }
                waits++;
            }
            return current;
        }

        private int abandon() {
            isAbandoned = true;
            abandonedSubjects.merge(tasks.get(current).subject(), 1, Integer::sum);
            outcomes[current] = Outcome.TIMED_OUT;
            abandoned.incrementAndGet();
            return current + 1;
        }
    }
}
