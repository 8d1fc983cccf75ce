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

    private final TimeLimitedExecutor measurer = new TimeLimitedExecutor(LIMIT_MILLIS);
    private final CountDownLatch release = new CountDownLatch(1);

    /** Counts its calls; one that hangs does until it is released. */
    private final class Call implements TimeLimitedExecutor.Task {
        final AtomicInteger calls = new AtomicInteger();
        private final boolean hangs;

        Call(boolean hangs) {
            this.hangs = hangs;
        }

        @Override
        public Object subject() {
            return this;
        }

        @Override
        public void run() {
            calls.incrementAndGet();
            if (hangs) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        }
    }

    /** What became of each. */
    private static List<Outcome> run(TimeLimitedExecutor measurer, List<? extends TimeLimitedExecutor.Task> tasks) {
        try {
            return List.of(measurer.run(tasks));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldCallAllInOrderOnAnotherThread() {
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

        List<Outcome> outcomes = run(measurer, tasks);

        assertThat(outcomes).hasSize(1000).containsOnly(Outcome.DONE);
        assertThat(called).hasSize(1000).startsWith("call 0", "call 1").endsWith("call 999");
        assertThat(threads).doesNotContain(Thread.currentThread()).allMatch(Thread::isDaemon);
        assertThat(run(measurer, List.of())).isEmpty();
    }

    @Test
    void shouldGoOnWithoutThoseThatHang() {
        List<Call> calls = List.of(new Call(false), new Call(true), new Call(false), new Call(true), new Call(false));

        assertThat(run(measurer, calls))
                .containsExactly(Outcome.DONE, Outcome.LATE, Outcome.DONE, Outcome.LATE, Outcome.DONE);
        release.countDown();
    }

    @Test
    void shouldNotCallAgainWhatHasNotReturned() {
        Call hanging = new Call(true);
        Call other = new Call(false);
        run(measurer, List.of(hanging, other));

        long start = System.nanoTime();
        List<Outcome> outcomes = run(measurer, List.of(hanging, other));

        assertThat(outcomes).containsExactly(Outcome.LATE, Outcome.DONE);
        assertThat(System.nanoTime() - start).isLessThan(LIMIT_MILLIS * 1_000_000);
        assertThat(hanging.calls).hasValue(1);
        assertThat(other.calls).hasValue(2);

        release.countDown();
        assertEventually(() -> run(measurer, List.of(hanging, other)), List.of(Outcome.DONE, Outcome.DONE));
    }

    @Test
    void shouldCallNothingAnyMoreWhileTooManyHang() {
        List<Call> hanging = IntStream.range(0, TimeLimitedExecutor.MOST_LEFT_BEHIND + 4)
                .mapToObj(i -> new Call(true))
                .toList();
        Call other = new Call(false);
        TimeLimitedExecutor impatient = new TimeLimitedExecutor(50);

        List<Outcome> outcomes = run(impatient, hanging);

        assertThat(outcomes.subList(0, TimeLimitedExecutor.MOST_LEFT_BEHIND)).containsOnly(Outcome.LATE);
        assertThat(outcomes.subList(TimeLimitedExecutor.MOST_LEFT_BEHIND, outcomes.size()))
                .containsOnly(Outcome.NOT_ASKED);
        assertThat(hanging.stream().mapToInt(call -> call.calls.get()).sum())
                .isEqualTo(TimeLimitedExecutor.MOST_LEFT_BEHIND);
        assertThat(run(impatient, List.of(other))).containsExactly(Outcome.NOT_ASKED);

        release.countDown();
        assertEventually(() -> run(impatient, List.of(other)), List.of(Outcome.DONE));
    }

    @Test
    void shouldStopWhenItsCallerIsInterrupted() {
        TimeLimitedExecutor patient = new TimeLimitedExecutor(60_000);
        Call hanging = new Call(true);
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
                hanging.run();
            }
        };

        assertThatThrownBy(() -> patient.run(List.of(interrupting, other))).isInstanceOf(InterruptedException.class);
        assertThat(Thread.interrupted()).isFalse();
        assertThat(other.calls).hasValue(0);
        assertThat(run(patient, List.of(interrupting, other))).containsExactly(Outcome.LATE, Outcome.DONE);
        release.countDown();
    }

    @Test
    void shouldNotCallAgainWhatSeveralCallersLeftBehindBeforeItReturnedToAll() throws InterruptedException {
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
        Thread another = Thread.ofPlatform().start(() -> run(measurer, List.of(task)));
        run(measurer, List.of(task));
        another.join();
        assertThat(calls).hasValue(2);

        firstReturns.countDown();
        assertEventually(measurer::leftBehind, 1);
        assertThat(run(measurer, List.of(task))).containsExactly(Outcome.LATE);
        assertThat(calls).hasValue(2);

        release.countDown();
        assertEventually(() -> run(measurer, List.of(task)), List.of(Outcome.DONE));
    }

    @Test
    void shouldTakeItsTimeForMany() {
        // Together far longer than the limit, each far shorter.
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

        assertThat(run(measurer, tasks)).containsOnly(Outcome.DONE);
    }
}
