package dev.percpu.scrape;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Calls what others wrote and what may never return: the functions of gauges and of other meters that their users measure, and their
 * collectors. They are called one after the other on a thread that is not the caller's. One that takes too long is left behind with its thread, another thread goes on
 * with the next, and it is not called again before it has returned: so it costs the caller its time limit once, and itself only.
 *
 * <p>Threads are daemons, end after ten idle seconds, and are as many as there are callers and functions left behind; of these there are
 * at most {@value #MOST_LEFT_BEHIND}, and as long as there are, nothing is called any more. Thread-safe.
 */
final class TimeLimitedExecutor {
    static final int MOST_LEFT_BEHIND = 16;

    /** A limit is waited for in so many parts, so that a pause of the whole process does not use it up at once. */
    private static final int PARTS = 10;

    /** Something to call. */
    interface Task {
        /** What is not to be called again while it has not returned; told by {@link Object#equals}. */
        Object subject();

        /** Does not throw. */
        void run();
    }

    /** What became of a task. */
    enum Outcome {
        /** It was called and returned. */
        DONE,
        /** It was called and did not return in time, or has not returned since an earlier call. */
        LATE,
        /** It was not called: too many are left behind. */
        NOT_ASKED
    }

    private final long partNanos;
    private final ExecutorService threads;

    /** What has not returned, and how many callers left it behind. */
    private final Map<Object, Integer> hanging = new ConcurrentHashMap<>();

    private final AtomicInteger leftBehind = new AtomicInteger();

    /**
     * @param limitMillis what one call may take, 1 or more
     */
    TimeLimitedExecutor(long limitMillis) {
        this.partNanos = Math.max(1, TimeUnit.MILLISECONDS.toNanos(limitMillis) / PARTS);
        this.threads = new ThreadPoolExecutor(
                0,
                Integer.MAX_VALUE,
                10,
                TimeUnit.SECONDS,
                new SynchronousQueue<>(),
                run -> Thread.ofPlatform().daemon().name("percpu-measurer").unstarted(run));
    }

    /**
     * Calls all tasks.
     *
     * @return what became of each, by its index
     * @throws InterruptedException if the caller is interrupted before all have returned; the one that is being called is left behind
     */
    Outcome[] run(List<? extends Task> tasks) throws InterruptedException {
        Outcome[] outcomes = new Outcome[tasks.size()];
        Arrays.fill(outcomes, Outcome.NOT_ASKED);
        int next = 0;
        while (next < tasks.size() && leftBehind() < MOST_LEFT_BEHIND) {
            Pass pass = new Pass(tasks, next, outcomes);
            threads.execute(pass);
            next = pass.await();
        }
        return outcomes;
    }

    /** Calls that have not returned and that nobody waits for any more. */
    int leftBehind() {
        return leftBehind.get();
    }

    private final class Pass implements Runnable {
        private final List<? extends Task> tasks;
        private final Outcome[] outcomes;

        /** Index of the task that is being called. Guarded by this, as the others below are. */
        private int at;

        private boolean abandoned;

        Pass(List<? extends Task> tasks, int from, Outcome[] outcomes) {
            this.tasks = tasks;
            this.at = from;
            this.outcomes = outcomes;
        }

        @Override
        public void run() {
            for (Task task = next(); task != null; task = next()) {
                boolean called = !hanging.containsKey(task.subject());
                if (called) {
                    task.run();
                }
                if (!returned(task, called)) {
                    return;
                }
            }
        }

        private synchronized @Nullable Task next() {
            if (at < tasks.size()) {
                return tasks.get(at);
            }
            notifyAll();
            return null;
        }

        /** Whether somebody still waits for the rest. */
        private synchronized boolean returned(Task task, boolean called) {
            if (abandoned) {
                hanging.computeIfPresent(task.subject(), (subject, times) -> times == 1 ? null : times - 1);
                leftBehind.decrementAndGet();
                return false;
            }
            outcomes[at] = called ? Outcome.DONE : Outcome.LATE;
            at++;
            return true;
        }

        /** Waits for the end, or until one call has taken too long; returns the index to go on with. */
        synchronized int await() throws InterruptedException {
            int seen = -1;
            int parts = 0;
            while (at < tasks.size()) {
                if (at != seen) {
                    seen = at;
                    parts = 0;
                } else if (parts == PARTS) {
                    return abandon();
                }
                try {
                    TimeUnit.NANOSECONDS.timedWait(this, partNanos);
                } catch (InterruptedException e) {
                    abandon();
                    throw e;
                }
                parts++;
            }
            return at;
        }

        private int abandon() {
            abandoned = true;
            hanging.merge(tasks.get(at).subject(), 1, Integer::sum);
            outcomes[at] = Outcome.LATE;
            leftBehind.incrementAndGet();
            return at + 1;
        }
    }
}
