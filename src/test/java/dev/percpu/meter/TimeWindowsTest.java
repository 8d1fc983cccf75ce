package dev.percpu.meter;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.MockClock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
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
        WindowedMax max =
                new WindowedMax(new MockClock(), DistributionStatisticConfig.DEFAULT, () -> pending.getAndSet(0.0));
        AtomicReference<Double> result = new AtomicReference<>();
        Thread reader = new Thread(() -> result.set(max.poll()));
        double[] maxima = new double[1];
        WindowedMax.pollAll(
                drained -> {
                    drained[0] = pending.getAndSet(0.0);
                    reader.start();
                    assertEventually(() -> result.get() != null || reader.getState() == Thread.State.WAITING, true);
                },
                new WindowedMax[] {max},
                0,
                maxima);
        reader.join();

        assertThat(maxima).containsExactly(7.0);
        assertThat(result).hasValue(7.0);
    }

    @Test
    void shouldDrainAMaximumOncePerWindowDuringRotation() {
        MockClock clock = new MockClock();
        DistributionStatisticConfig config = DistributionStatisticConfig.builder()
                .expiry(Duration.ofMillis(LENGTH))
                .bufferLength(3)
                .build();
        AtomicReference<Double> pending = new AtomicReference<>(7.0);
        WindowedMax max = new WindowedMax(clock, config, () -> pending.getAndSet(0.0));
        long start = clock.wallTime();

        max.rotate(start + 100, 50);
        assertThat(pending).hasValue(7.0);
        max.rotate(start + 960, 50);
        assertThat(pending).hasValue(0.0);
        pending.set(5.0);
        max.rotate(start + 970, 50);
        assertThat(pending).hasValue(5.0);
        assertThat(max.poll()).isEqualTo(7);

        clock.add(Duration.ofMillis(3 * LENGTH));
        assertThat(max.poll()).isZero();
        pending.set(1.0);
        assertThat(max.poll()).isEqualTo(1);
    }
}
