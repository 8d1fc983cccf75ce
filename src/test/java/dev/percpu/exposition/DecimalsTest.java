package dev.percpu.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Compares numbers with the text that the JDK writes. */
class DecimalsTest {
    private static final int SAMPLES = 300_000;

    private final Random random = new Random(7);
    private final byte[] out = new byte[Decimals.MAX_BYTES + 1];

    private String text(int end) {
        return new String(out, 1, end - 1, StandardCharsets.US_ASCII);
    }

    private LongStream powersAndNeighbours() {
        LongStream powers = LongStream.iterate(1, power -> power * 10).limit(19);
        return LongStream.concat(LongStream.of(0, Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE + 1), powers)
                .flatMap(power -> LongStream.of(power - 1, power, power + 1, -power));
    }

    /** Returns a random number. All magnitudes are equally frequent. */
    private long anyLong() {
        return random.nextLong() >> random.nextInt(64);
    }

    @Test
    void shouldWriteIntegersAsTheJdkDoes() {
        LongStream.concat(
                        powersAndNeighbours(),
                        LongStream.generate(this::anyLong).limit(SAMPLES))
                .forEach(value -> assertThat(text(Decimals.put(value, out, 1))).isEqualTo(Long.toString(value)));
    }

    @Test
    void shouldWriteDoublesAsTheJdkDoes() {
        StringBuilder digits = new StringBuilder();
        for (int i = 0; i < SAMPLES; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(value)) {
                assertThat(text(Decimals.put(value, out, 1, digits))).isEqualTo(Double.toString(value));
            }
        }
    }

    @Test
    void shouldWriteWholeDoublesAsTheJdkDoesOrReturnMinusOne() {
        for (double value : new double[] {0.0, -0.0, 1, -1, 0.5, 9_999_999, 1e7, -1e7, 1e300, 9_999_999.5}) {
            int end = Decimals.putWhole(value, out, 1);
            boolean plain = value == Math.rint(value)
                    && Math.abs(value) < 1e7
                    && !Double.toString(value).equals("-0.0");
            assertThat(end >= 0).as("%s is whole and without exponent", value).isEqualTo(plain);
            if (plain) {
                assertThat(text(end)).isEqualTo(Double.toString(value));
            }
        }
    }

    @Test
    void shouldWriteNanosecondsAsTheDoubleOfTheirSeconds() {
        int plain = 0;
        long[] nanos = LongStream.concat(
                        powersAndNeighbours(),
                        LongStream.generate(this::anyLong).limit(SAMPLES))
                .toArray();
        for (long value : nanos) {
            int end = Decimals.putSeconds(value, out, 1);
            if (end >= 0) {
                plain++;
                assertThat(text(end)).as("%d ns", value).isEqualTo(Double.toString(value / 1e9));
            }
        }
        assertThat(plain).isGreaterThan(SAMPLES / 10);
        for (long value : new long[] {0, 1_000_000, 12_345_678, 4_000_000_000_000_000L}) {
            assertThat(Decimals.putSeconds(value, out, 1))
                    .as("%d ns need no exponent", value)
                    .isPositive();
        }
    }
}
