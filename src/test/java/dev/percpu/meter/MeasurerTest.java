package dev.percpu.meter;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MeasurerTest {
    private static final long LIMIT_MILLIS = 100;

    private final Measurer measurer = new Measurer(LIMIT_MILLIS);
    private final CountDownLatch release = new CountDownLatch(1);

    /** Counts its calls; one that hangs does until it is released. */
    private final class Call implements Measurer.Task {
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

    @Test
    void shouldCallAllInOrderOnAnotherThread() {
        List<String> called = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        List<Measurer.Task> tasks = IntStream.range(0, 1000)
                .<Measurer.Task>mapToObj(i -> new Measurer.Task() {
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

        BitSet done = measurer.run(tasks);

        assertThat(done.cardinality()).isEqualTo(1000);
        assertThat(called).hasSize(1000).startsWith("call 0", "call 1").endsWith("call 999");
        assertThat(threads).doesNotContain(Thread.currentThread()).allMatch(Thread::isDaemon);
        assertThat(measurer.run(List.of()).isEmpty()).isTrue();
    }

    @Test
    void shouldGoOnWithoutThoseThatHang() {
        List<Call> calls = List.of(new Call(false), new Call(true), new Call(false), new Call(true), new Call(false));

        BitSet done = measurer.run(calls);

        assertThat(done.stream()).containsExactly(0, 2, 4);
        release.countDown();
    }

    @Test
    void shouldNotCallAgainWhatHasNotReturned() {
        Call hanging = new Call(true);
        Call other = new Call(false);
        measurer.run(List.of(hanging, other));

        long start = System.nanoTime();
        BitSet done = measurer.run(List.of(hanging, other));

        assertThat(done.stream()).containsExactly(1);
        assertThat(System.nanoTime() - start).isLessThan(LIMIT_MILLIS * 1_000_000);
        assertThat(hanging.calls).hasValue(1);
        assertThat(other.calls).hasValue(2);

        release.countDown();
        assertEventually(() -> measurer.run(List.of(hanging, other)).cardinality(), 2);
    }

    @Test
    void shouldCallNothingAnyMoreWhileTooManyHang() {
        List<Call> hanging = IntStream.range(0, Measurer.MOST_LEFT_BEHIND + 4)
                .mapToObj(i -> new Call(true))
                .toList();
        Call other = new Call(false);

        measurer.run(hanging);

        assertThat(hanging.stream().mapToInt(call -> call.calls.get()).sum()).isEqualTo(Measurer.MOST_LEFT_BEHIND);
        assertThat(measurer.run(List.of(other)).isEmpty()).isTrue();

        release.countDown();
        assertEventually(() -> measurer.run(List.of(other)).cardinality(), 1);
    }

    @Test
    void shouldTakeItsTimeForMany() {
        // Together far longer than the limit, each far shorter.
        List<Measurer.Task> tasks = IntStream.range(0, 40)
                .<Measurer.Task>mapToObj(i -> new Measurer.Task() {
                    @Override
                    public Object subject() {
                        return i;
                    }

                    @Override
                    public void run() {
                        long end = System.nanoTime() + LIMIT_MILLIS * 1_000_000 / 20;
                        while (System.nanoTime() < end) {
                            Thread.onSpinWait();
                        }
                    }
                })
                .toList();

        assertThat(measurer.run(tasks).cardinality()).isEqualTo(40);
    }
}
