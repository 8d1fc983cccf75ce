package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class BucketBoundsTest {
    @Test
    void shouldCountTheInfiniteBucket() {
        assertThat(BucketBounds.ofLongs().buckets()).isEqualTo(1);
        assertThat(BucketBounds.ofLongs(0, Long.MAX_VALUE).buckets()).isEqualTo(3);
        assertThat(BucketBounds.ofDoubles(0.5).buckets()).isEqualTo(2);
    }

    @Test
    void shouldBeOfBothKindsIfEmpty() {
        assertThat(BucketBounds.ofLongs()).isSameAs(BucketBounds.ofDoubles());
        assertThat(BucketBounds.ofLongs().longs()).isEmpty();
        assertThat(BucketBounds.ofLongs().doubles()).isEmpty();
    }

    @Test
    void shouldCopyItsArrays() {
        long[] longs = {1, 2};
        BucketBounds bounds = BucketBounds.ofLongs(longs);
        longs[0] = 9;
        bounds.longs()[1] = 9;

        assertThat(bounds).isEqualTo(BucketBounds.ofLongs(1, 2)).hasSameHashCodeAs(BucketBounds.ofLongs(1, 2));
        assertThat(bounds).isNotEqualTo(BucketBounds.ofDoubles(1, 2));
    }

    @Test
    void shouldReportTheInvalidBound() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BucketBounds.ofLongs(5, 5))
                .withMessageContaining("index 1")
                .withMessageContaining("but was 5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BucketBounds.ofLongs(-1))
                .withMessageContaining("index 0")
                .withMessageContaining("but was -1");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BucketBounds.ofDoubles(2, 1))
                .withMessageContaining("index 1")
                .withMessageContaining("but was 1.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BucketBounds.ofDoubles(Double.NaN))
                .withMessageContaining("NaN");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BucketBounds.ofDoubles(-0.5))
                .withMessageContaining("-0.5");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BucketBounds.ofDoubles(1, Double.POSITIVE_INFINITY))
                .withMessageContaining("index 1")
                .withMessageContaining("but was Infinity");
        assertThatIllegalArgumentException().isThrownBy(() -> BucketBounds.ofDoubles(0.0, -0.0));
    }

    @Test
    void shouldMakeNegativeZeroPositive() {
        assertThat(1 / BucketBounds.ofDoubles(-0.0).doubles()[0]).isEqualTo(Double.POSITIVE_INFINITY);
    }
}
