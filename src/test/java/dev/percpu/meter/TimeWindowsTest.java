package dev.percpu.meter;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.TimeWindowMax;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TimeWindowsTest {
    private static final long LENGTH = 1_000;

    @Test
    void shouldCountWindowsThatHaveEnded() {
        TimeWindows windows = new TimeWindows(500, LENGTH);

        assertThat(windows.advanceTo(500)).isZero();
        assertThat(windows.advanceTo(1_499)).isZero();
        assertThat(windows.advanceTo(1_500)).isEqualTo(1);
        assertThat(windows.advanceTo(1_500)).isZero();
        assertThat(windows.advanceTo(5_499)).isEqualTo(3);
        assertThat(windows.advanceTo(2_000)).isZero();
        assertThat(windows.advanceTo(5_500)).isEqualTo(1);
    }

    @Test
    void shouldStartOneRotationPerWindow() {
        TimeWindows windows = new TimeWindows(500, LENGTH);

        assertThat(windows.startRotation(1_499)).isFalse();
        assertThat(windows.startRotation(1_500)).isTrue();
        assertThat(windows.startRotation(2_499)).isFalse();
        assertThat(windows.startRotation(5_499)).isTrue();
        assertThat(windows.startRotation(5_499)).isFalse();
        assertThat(windows.startRotation(5_500)).isTrue();
    }

    @Test
    void shouldCountTheLastWindows() {
        WindowedCounts counts = new WindowedCounts(0, LENGTH, 3);

        assertThat(counts.recent(new long[] {1, 0}, 100)).containsExactly(1, 0);
        assertThat(counts.recent(new long[] {1, 5}, 1_100)).containsExactly(1, 5);
        assertThat(counts.recent(new long[] {2, 5}, 2_100)).containsExactly(2, 5);
        assertThat(counts.recent(new long[] {2, 5}, 3_100)).containsExactly(1, 5);
        assertThat(counts.recent(new long[] {2, 5}, 4_100)).containsExactly(1, 0);
        assertThat(counts.recent(new long[] {2, 5}, 5_100)).containsExactly(0, 0);
    }

    @Test
    void shouldReturnNoCountsBeforeTheFirstRecording() {
        WindowedCounts counts = new WindowedCounts(0, LENGTH, 3);

        assertThat(counts.recent(new long[] {0, 0}, 100)).isEmpty();
        assertThat(counts.recent(new long[] {0, 3}, 50 * LENGTH)).containsExactly(0, 3);
        assertThat(counts.recent(new long[] {0, 3}, 53 * LENGTH)).containsExactly(0, 0);
    }

    @Test
    void shouldReportCountsThatChangedWithoutReads() {
        WindowedCounts counts = new WindowedCounts(0, LENGTH, 3);
        counts.recent(new long[] {1}, 0);

        assertThat(counts.recent(new long[] {8}, 100 * LENGTH)).containsExactly(7);
        assertThat(counts.recent(new long[] {8}, 102 * LENGTH)).containsExactly(7);
        assertThat(counts.recent(new long[] {8}, 103 * LENGTH)).containsExactly(0);
    }

    @Test
    void shouldUseTheLastUpdateAsTheEndOfAWindow() {
        WindowedCounts counts = new WindowedCounts(0, LENGTH, 1);
        counts.update(new long[] {3}, 990);

        assertThat(counts.recent(new long[] {4}, 1_010)).containsExactly(1);
    }

    @Test
    void shouldIgnoreCountsThatAreOlderThanTheStoredOnes() {
        WindowedCounts counts = new WindowedCounts(0, LENGTH, 1);
        counts.recent(new long[] {9}, 500);

        assertThat(counts.recent(new long[] {8}, 1_500)).containsExactly(0);
        assertThat(counts.recent(new long[] {11}, 1_600)).containsExactly(2);
    }

    @Test
    void shouldNotReadBetweenADrainAndTheAdditionOfItsResult() throws InterruptedException {
        AtomicReference<Double> pending = new AtomicReference<>(7.0);
        WindowedMax max = new WindowedMax.Factory(new MockClock()).create(DistributionStatisticConfig.DEFAULT);
        AtomicReference<Double> result = new AtomicReference<>();
        Thread reader = new Thread(() -> result.set(max.poll(() -> pending.getAndSet(0.0))));
        double[] maxima = new double[1];
        WindowedMaxima all = new WindowedMaxima(List.of(max), drained -> {
            drained[0] = pending.getAndSet(0.0);
            reader.start();
            assertEventually(() -> result.get() != null || reader.getState() == Thread.State.WAITING, true);
        });
        all.poll(0, maxima);
        reader.join();

        assertThat(maxima).containsExactly(7.0);
        assertThat(result).hasValue(7.0);
    }

    @Test
    void shouldRotateAMaximumOncePerWindow() {
        MockClock clock = new MockClock();
        DistributionStatisticConfig config = DistributionStatisticConfig.builder()
                .expiry(Duration.ofMillis(LENGTH))
                .bufferLength(3)
                .build();
        AtomicReference<Double> pending = new AtomicReference<>(7.0);
        DoubleSupplier cell = () -> pending.getAndSet(0.0);
        WindowedMax max = new WindowedMax.Factory(clock).create(config);
        long start = clock.wallTime();

        assertThat(max.startRotation(start + 100, 50)).isFalse();
        assertThat(max.startRotation(start + 960, 50)).isTrue();
        assertThat(max.poll(cell)).isEqualTo(7);
        assertThat(max.startRotation(start + 970, 50)).isFalse();

        clock.add(Duration.ofMillis(3 * LENGTH));
        assertThat(max.poll(cell)).isZero();
        pending.set(1.0);
        assertThat(max.poll(cell)).isEqualTo(1);
    }

    /** Compares each of many maxima with Micrometer's, at random times, by single reads and by reads of all. */
    @Test
    void shouldKeepTheMaximaOfManyMetersApart() {
        Random random = new Random(5);
        MockClock clock = new MockClock();
        WindowedMax.Factory factory = new WindowedMax.Factory(clock);
        List<DistributionStatisticConfig> configs = Stream.of(1, 3, 5)
                .map(windows -> DistributionStatisticConfig.builder()
                        .expiry(Duration.ofMillis(LENGTH * windows))
                        .bufferLength(windows)
                        .build())
                .toList();
        List<WindowedMax> maxima = new ArrayList<>();
        List<TimeWindowMax> expected = new ArrayList<>();
        double[] pending = new double[200];
        for (int i = 0; i < pending.length; i++) {
            DistributionStatisticConfig config = configs.get(random.nextInt(configs.size()));
            maxima.add(factory.create(config));
            expected.add(new TimeWindowMax(clock, config));
            clock.add(Duration.ofMillis(random.nextInt(20)));
        }
        WindowedMaxima all = new WindowedMaxima(maxima, drained -> {
            System.arraycopy(pending, 0, drained, 0, pending.length);
            Arrays.fill(pending, 0);
        });
        for (int step = 0; step < 2_000; step++) {
            int meter = random.nextInt(pending.length);
            double amount = 1 + random.nextInt(1_000);
            pending[meter] = Math.max(pending[meter], amount);
            expected.get(meter).record(amount);
            if (step % 7 == 0) {
                double[] results = new double[pending.length];
                all.poll(clock.wallTime(), results);
                for (int i = 0; i < results.length; i++) {
                    assertThat(results[i])
                            .as("meter %d", i)
                            .isEqualTo(expected.get(i).poll());
                }
                clock.add(Duration.ofMillis(random.nextInt(1_000)));
            } else {
                double result = maxima.get(meter).poll(() -> {
                    double drained = pending[meter];
                    pending[meter] = 0;
                    return drained;
                });
                assertThat(result).isEqualTo(expected.get(meter).poll());
            }
        }
    }
}
