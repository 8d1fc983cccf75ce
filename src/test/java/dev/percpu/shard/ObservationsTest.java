package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class ObservationsTest {
    @Test
    void shouldCountWhatTheBucketsCount() {
        assertThat(new LongObservations(new long[] {1, 2, 3}, 10).count()).isEqualTo(6);
        assertThat(new DoubleObservations(new long[] {0, 5}, 0.5).count()).isEqualTo(5);
        assertThat(LongObservations.none(2).count()).isZero();
    }

    @Test
    void shouldNotChangeWithTheirArrays() {
        long[] counts = {1, 2};
        LongObservations longs = new LongObservations(counts, 3);
        DoubleObservations doubles = new DoubleObservations(counts, 3);
        counts[0] = 9;
        longs.bucketCounts()[1] = 9;
        doubles.bucketCounts()[1] = 9;

        assertThat(longs).isEqualTo(new LongObservations(new long[] {1, 2}, 3));
        assertThat(doubles).isEqualTo(new DoubleObservations(new long[] {1, 2}, 3));
        assertThat(longs).isNotEqualTo(new LongObservations(new long[] {1, 2}, 4));
        assertThat(doubles).isNotEqualTo(new DoubleObservations(new long[] {1, 3}, 3));
    }

    @Test
    void shouldHaveABucket() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LongObservations(new long[0], 0));
        assertThatIllegalArgumentException().isThrownBy(() -> DoubleObservations.none(0));
    }
}
