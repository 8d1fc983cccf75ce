package dev.percpu.meter;

import static java.util.concurrent.TimeUnit.NANOSECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.Threads;
import dev.percpu.parity.Peers;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.RegistryOn;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests that a maximum is taken exactly once, while more threads record than there are CPUs. */
class MaximumTest {
    private static final int RECORDS = Integer.getInteger("test.stress.records", 200_000);
    private static final int ROUNDS = 2_000;
    private static final int OBSERVERS = 4;
    private static final int AMOUNTS_PER_ROUND = 500;
    private static final int LARGEST = 1_000_000;

    /** Number of the equal observations of one record. */
    private static final int EQUAL = 3;

    private final MeterRegistry registry = new PerCpuMeterRegistry();
    private final PerCpuTimer timer = (PerCpuTimer) registry.timer("timer");
    private final PerCpuDistributionSummary summary = (PerCpuDistributionSummary) registry.summary("summary");

    @AfterEach
    void closeRegistry() {
        registry.close();
    }

    @Test
    void shouldDrainTheMaximumOnce() {
        assertThat(timer.drainMax()).isZero();
        assertThat(summary.drainMax()).isZero();

        timer.record(3, NANOSECONDS);
        timer.record(100, NANOSECONDS, EQUAL);
        timer.record(7, NANOSECONDS);
        summary.record(0.25);
        summary.record(Double.MIN_VALUE);

        assertThat(timer.drainMax()).isEqualTo(100);
        assertThat(timer.drainMax()).isZero();
        assertThat(summary.drainMax()).isEqualTo(0.25);
        assertThat(summary.drainMax()).isZero();
        timer.record(4, NANOSECONDS);
        summary.record(Double.MIN_VALUE, EQUAL);
        assertThat(timer.drainMax()).isEqualTo(4);
        assertThat(summary.drainMax()).isEqualTo(Double.MIN_VALUE);
    }

    @Test
    void shouldKeepTheLargestAmountsOfTheType() {
        timer.record(Long.MAX_VALUE, NANOSECONDS);
        timer.record(1, NANOSECONDS);
        summary.record(Double.POSITIVE_INFINITY);
        summary.record(Double.MAX_VALUE);

        assertThat(timer.drainMax()).isEqualTo(Long.MAX_VALUE);
        assertThat(summary.drainMax()).isInfinite();
    }

    @Test
    void shouldIgnoreAmountsThatAreNotRecorded() {
        timer.record(-1, NANOSECONDS);
        timer.record(5, NANOSECONDS, 0);
        summary.record(-1);
        summary.record(Double.NaN);
        summary.record(5, 0);

        assertThat(timer.drainMax()).isZero();
        assertThat(summary.drainMax()).isZero();
    }

    @Test
    void shouldRecordZeroWithoutAMaximum() {
        timer.record(0, NANOSECONDS);
        summary.record(0.0);
        summary.record(-0.0);

        assertThat(timer.count()).isEqualTo(1);
        assertThat(summary.count()).isEqualTo(2);
        assertThat(timer.drainMax()).isZero();
        assertThat(summary.drainMax()).isZero();
    }

    /** With exemplars, and on the heap, a record takes another path. */
    @Test
    void shouldKeepTheMaximumOnEveryPath() {
        PerCpuMeterRegistry sampling = new Peers(ExemplarTest.SPANS).perCpu;
        for (PerCpuMeterRegistry other : List.of(sampling, RegistryOn.store(new JvmCellStore()))) {
            PerCpuTimer otherTimer = (PerCpuTimer) other.timer("timer");
            PerCpuDistributionSummary otherSummary = (PerCpuDistributionSummary) other.summary("summary");
            otherTimer.record(3, NANOSECONDS);
            otherSummary.record(0.5);
            assertThat(otherTimer.drainMax()).isEqualTo(3);
            assertThat(otherSummary.drainMax()).isEqualTo(0.5);
            otherTimer.record(4, NANOSECONDS, EQUAL);
            otherSummary.record(0.25, EQUAL);
            assertThat(otherTimer.drainMax()).isEqualTo(4);
            assertThat(otherSummary.drainMax()).isEqualTo(0.25);
            other.close();
        }
    }

    @Test
    void shouldNotKnowTheMaximumOfObservationsThatWereCountedElsewhere() {
        summary.record(0.75);

        summary.recordBucket(0, 3, 900);

        assertThat(summary.drainMax()).isEqualTo(0.75);
    }

    @Test
    void shouldDrainManyMeters() {
        ObservationMeter[] meters = new ObservationMeter[150];
        for (int i = 0; i < meters.length; i++) {
            DistributionSummary meter = registry.summary("many", "number", Integer.toString(i));
            meters[i] = (ObservationMeter) meter;
            if (i % 3 != 0) {
                meter.record(i + 0.5);
            }
        }
        double[] maxima = new double[meters.length];

        ObservationMeter.drainMaxima(meters, maxima);

        for (int i = 0; i < meters.length; i++) {
            assertThat(maxima[i]).as("meter %d", i).isEqualTo(i % 3 == 0 ? 0 : i + 0.5);
            assertThat(meters[i].drainMax()).isZero();
        }
    }

    /** In every round, one of several threads records the largest amount among smaller ones, while this thread drains. */
    @ParameterizedTest
    @EnumSource
    void shouldLoseNoMaximum(Threads threads) throws Exception {
        Phaser phaser = new Phaser(OBSERVERS + 1);
        double[] together = new double[2];
        List<Future<?>> observers = new ArrayList<>();
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(threads.factory())) {
            for (int i = 0; i < OBSERVERS; i++) {
                int number = i;
                observers.add(executor.submit(() -> recordRounds(phaser, number)));
            }
            try {
                for (int round = 1; round <= ROUNDS; round++) {
                    phaser.arriveAndAwaitAdvance();
                    int phase = phaser.arrive();
                    double longest = 0;
                    double largest = 0;
                    do {
                        longest = Math.max(longest, timer.drainMax());
                        largest = Math.max(largest, summary.drainMax());
                        ObservationMeter.drainMaxima(new ObservationMeter[] {timer, summary}, together);
                        longest = Math.max(longest, together[0]);
                        largest = Math.max(largest, together[1]);
                    } while (phaser.getPhase() == phase);
                    // The next round starts after this thread has arrived again.
                    assertThat(Math.max(longest, timer.drainMax())).isEqualTo(LARGEST + round);
                    assertThat(Math.max(largest, summary.drainMax())).isEqualTo(LARGEST + round);
                }
                for (Future<?> observer : observers) {
                    observer.get();
                }
            } finally {
                phaser.forceTermination(); // after a failure, the observers would wait without end
            }
        }
    }

    private void recordRounds(Phaser phaser, int number) {
        Random random = new Random(number);
        for (int round = 1; round <= ROUNDS; round++) {
            phaser.arriveAndAwaitAdvance();
            int indexOfLargest = round % OBSERVERS == number ? random.nextInt(AMOUNTS_PER_ROUND) : -1;
            for (int i = 0; i < AMOUNTS_PER_ROUND; i++) {
                // Ascending, so that most amounts are a new maximum and the threads contend.
                long amount = i == indexOfLargest ? LARGEST + round : 1_000L * i + random.nextInt(1_000);
                if (i % 2 == 0) {
                    timer.record(amount, NANOSECONDS);
                    summary.record(amount);
                } else {
                    timer.record(amount, NANOSECONDS, EQUAL);
                    summary.record(amount, EQUAL);
                }
            }
            phaser.arriveAndAwaitAdvance();
        }
    }

    /** The amounts of the only writer ascend from 1: no drained maximum comes twice, and each is at least the count that was read before it. */
    @ParameterizedTest
    @EnumSource
    void shouldDrainAscendingMaxima(Threads threads) throws Exception {
        AtomicBoolean written = new AtomicBoolean();
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(threads.factory())) {
            Future<?> writer = executor.submit(() -> {
                for (int i = 1; i <= RECORDS; i++) {
                    timer.record(i, NANOSECONDS);
                }
                written.set(true);
            });
            double last = 0;
            boolean end;
            do {
                end = written.get();
                long counted = timer.count();
                double drained = timer.drainMax();
                if (drained != 0) {
                    assertThat(drained).isGreaterThan(last);
                    last = drained;
                }
                assertThat(last).isGreaterThanOrEqualTo(counted);
            } while (!end);
            writer.get();
            assertThat(last).isEqualTo(RECORDS);
        }
    }
}
