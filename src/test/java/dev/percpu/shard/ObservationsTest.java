package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.percpu.binding.SumKind;
import org.junit.jupiter.api.Test;

class ObservationsTest {
    @Test
    void shouldSumTheCountsOfTheBuckets() {
        assertThat(Observations.ofLongs(new long[] {1, 2, 3}, 10).count()).isEqualTo(6);
        assertThat(Observations.ofDoubles(new long[] {0, 5}, 0.5).count()).isEqualTo(5);
        assertThat(Observations.none(SumKind.LONG, 2).count()).isZero();
    }

    @Test
    void shouldCopyTheirArrays() {
        long[] counts = {1, 2};
        Observations longs = Observations.ofLongs(counts, 3);
        Observations doubles = Observations.ofDoubles(counts, 3);
        counts[0] = 9;
        longs.bucketCounts()[1] = 9;
        doubles.bucketCounts()[1] = 9;

        assertThat(longs).isEqualTo(Observations.ofLongs(new long[] {1, 2}, 3));
        assertThat(doubles).isEqualTo(Observations.ofDoubles(new long[] {1, 2}, 3));
        assertThat(longs).isNotEqualTo(Observations.ofLongs(new long[] {1, 2}, 4));
        assertThat(doubles).isNotEqualTo(Observations.ofDoubles(new long[] {1, 3}, 3));
    }

    @Test
    void shouldRejectObservationsWithoutBuckets() {
        assertThatIllegalArgumentException().isThrownBy(() -> Observations.ofLongs(new long[0], 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Observations.none(SumKind.DOUBLE, 0));
    }
}
