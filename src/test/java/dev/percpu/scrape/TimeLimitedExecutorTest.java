package dev.percpu.scrape;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.scrape.TimeLimitedExecutor.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TimeLimitedExecutorTest {
    private static final long LIMIT_MILLIS = 500;

    private final TimeLimitedExecutor executor = new TimeLimitedExecutor(LIMIT_MILLIS);
    private final CountDownLatch release = new CountDownLatch(1);

    /** A task that counts its calls, and can block until the test releases it. */
    private final class Call implements TimeLimitedExecutor.Task {
        final AtomicInteger calls = new AtomicInteger();
        private final boolean blocks;

        Call(boolean blocks) {
            this.blocks = blocks;
        }

        @Override
        public Object subject() {
            return this;
        }

        @Override
        public void run() {
            calls.incrementAndGet();
            if (blocks) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    /** Returns the outcome of each task. */
    private static List<Outcome> run(TimeLimitedExecutor executor, List<? extends TimeLimitedExecutor.Task> tasks) {
        try {
            return List.of(executor.run(tasks));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldRunAllTasksInOrderOnAnotherThread() {
        List<String> called = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        List<TimeLimitedExecutor.Task> tasks = IntStream.range(0, 1000)
                .<TimeLimitedExecutor.Task>mapToObj(i -> new TimeLimitedExecutor.Task() {
                    @Override
                    public Object subject() {
                        return i;
                    }

                    @Override
                    public void run() {
                        called.add("call " + i);
                        threads.add(Thread.currentThread());
                    }
                })
                .toList();

        List<Outcome> outcomes = run(executor, tasks);

        assertThat(outcomes).hasSize(1000).containsOnly(Outcome.COMPLETED);
        assertThat(called).hasSize(1000).startsWith("call 0", "call 1").endsWith("call 999");
        assertThat(threads).doesNotContain(Thread.currentThread()).allMatch(Thread::isDaemon);
        assertThat(run(executor, List.of())).isEmpty();
    }

    @Test
    void shouldContinueAfterATaskThatBlocks() {
        List<Call> calls = List.of(new Call(false), new Call(true), new Call(false), new Call(true), new Call(false));

        assertThat(run(executor, calls))
                .containsExactly(
                        Outcome.COMPLETED, Outcome.TIMED_OUT, Outcome.COMPLETED, Outcome.TIMED_OUT, Outcome.COMPLETED);
        release.countDown();
    }

    @Test
    void shouldNotCallASubjectAgainBeforeItReturns() {
        Call blocking = new Call(true);
        Call other = new Call(false);
        run(executor, List.of(blocking, other));

        long start = System.nanoTime();
        List<Outcome> outcomes = run(executor, List.of(blocking, other));

        assertThat(outcomes).containsExactly(Outcome.TIMED_OUT, Outcome.COMPLETED);
        assertThat(System.nanoTime() - start).isLessThan(LIMIT_MILLIS * 1_000_000);
        assertThat(blocking.calls).hasValue(1);
        assertThat(other.calls).hasValue(2);

        release.countDown();
        assertEventually(() -> run(executor, List.of(blocking, other)), List.of(Outcome.COMPLETED, Outcome.COMPLETED));
    }

    @Test
    void shouldStartNoTaskAtTheMaximumOfAbandonedTasks() {
        List<Call> blocking = IntStream.range(0, TimeLimitedExecutor.MAX_ABANDONED + 4)
                .mapToObj(i -> new Call(true))
                .toList();
        Call other = new Call(false);
        TimeLimitedExecutor shortLimit = new TimeLimitedExecutor(50);

        List<Outcome> outcomes = run(shortLimit, blocking);

        assertThat(outcomes.subList(0, TimeLimitedExecutor.MAX_ABANDONED)).containsOnly(Outcome.TIMED_OUT);
        assertThat(outcomes.subList(TimeLimitedExecutor.MAX_ABANDONED, outcomes.size()))
                .containsOnly(Outcome.SKIPPED);
        assertThat(blocking.stream().mapToInt(call -> call.calls.get()).sum())
                .isEqualTo(TimeLimitedExecutor.MAX_ABANDONED);
        assertThat(run(shortLimit, List.of(other))).containsExactly(Outcome.SKIPPED);

        release.countDown();
        assertEventually(() -> run(shortLimit, List.of(other)), List.of(Outcome.COMPLETED));
    }

    @Test
    void shouldStopIfTheCallerIsInterrupted() {
        TimeLimitedExecutor longLimit = new TimeLimitedExecutor(60_000);
        Call blocking = new Call(true);
        Call other = new Call(false);
        Thread caller = Thread.currentThread();
        TimeLimitedExecutor.Task interrupting = new TimeLimitedExecutor.Task() {
            @Override
            public Object subject() {
                return this;
            }

            @Override
            public void run() {
                caller.interrupt();
                blocking.run();
            }
        };

        assertThatThrownBy(() -> longLimit.run(List.of(interrupting, other))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(other.calls).hasValue(0);
        assertThat(run(longLimit, List.of(interrupting, other))).containsExactly(Outcome.TIMED_OUT, Outcome.COMPLETED);
        release.countDown();
    }

    @Test
    void shouldNotCallASubjectAgainBeforeAllItsAbandonedTasksReturn() throws InterruptedException {
        CountDownLatch firstReturns = new CountDownLatch(1);
        CountDownLatch bothCalled = new CountDownLatch(2);
        AtomicInteger calls = new AtomicInteger();
        TimeLimitedExecutor.Task task = new TimeLimitedExecutor.Task() {
            @Override
            public Object subject() {
                return "the same";
            }

            @Override
            public void run() {
                try {
                    boolean first = calls.incrementAndGet() == 1;
                    bothCalled.countDown();
                    bothCalled.await();
                    (first ? firstReturns : release).await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
        Thread another = Thread.ofPlatform().start(() -> run(executor, List.of(task)));
        run(executor, List.of(task));
        another.join();
        assertThat(calls).hasValue(2);

        firstReturns.countDown();
        assertEventually(executor::abandoned, 1);
        assertThat(run(executor, List.of(task))).containsExactly(Outcome.TIMED_OUT);
        assertThat(calls).hasValue(2);

        release.countDown();
        assertEventually(() -> run(executor, List.of(task)), List.of(Outcome.COMPLETED));
    }

    @Test
    void shouldLimitTheTimeOfEachTaskAndNotOfAll() {
        // All tasks together take longer than the limit, each task 1/25 of it.
        List<TimeLimitedExecutor.Task> tasks = IntStream.range(0, 40)
                .<TimeLimitedExecutor.Task>mapToObj(i -> new TimeLimitedExecutor.Task() {
                    @Override
                    public Object subject() {
                        return i;
                    }

                    @Override
                    public void run() {
                        long end = System.nanoTime() + LIMIT_MILLIS * 1_000_000 / 25;
                        while (System.nanoTime() < end) {
                            Thread.onSpinWait();
                        }
                    }
                })
                .toList();

        assertThat(run(executor, tasks)).containsOnly(Outcome.COMPLETED);
    }
}
