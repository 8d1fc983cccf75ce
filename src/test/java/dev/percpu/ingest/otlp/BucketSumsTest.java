package dev.percpu.ingest.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BucketSumsTest {
    @Test
    void shouldSplitSumsWithoutRounding() {
        Random random = new Random(1);
        for (int i = 0; i < 20_000; i++) {
            double sum = sum(random);
            long[] counts = random.longs(1 + random.nextInt(20), 1, 1L << random.nextInt(1, 40))
                    .toArray();
            long rest = 0;
            for (long count : counts) {
                rest += count;
            }
            double left = sum;
            BigDecimal exact = BigDecimal.ZERO;
            BucketSums sums = BucketSums.of(sum, rest);
            for (long count : counts) {
                double share = count == rest ? left : sums.share(count, left);
                assertThat(share).as("share of %s", sum).isBetween(0.0, left);
                exact = exact.add(new BigDecimal(share));
                left -= share;
                rest -= count;
            }
            assertThat(exact).as("shares of %s", sum).isEqualByComparingTo(new BigDecimal(sum));
        }
    }

    private static double sum(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(1_000_000);
            case 1 -> random.nextInt(1_000_000) / 64.0;
            case 2 -> Math.scalb(random.nextDouble(), random.nextInt(-1_000, 1_000));
            default -> random.nextLong(1L << 62);
        };
    }

    @Test
    void shouldSplitWholeSumsIntoWholeShares() {
        assertThat(BucketSums.of(1024, 3).unit()).isEqualTo(1);
        assertThat(BucketSums.of(7, 3).unit()).isEqualTo(1);
        assertThat(BucketSums.of(0.75, 3).unit()).isEqualTo(0.25);
        assertThat(BucketSums.of(100, 4).share(1, 100)).isEqualTo(25);
        assertThat(BucketSums.of(0, 4).share(1, 0)).isZero();
    }
}
