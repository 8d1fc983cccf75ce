package dev.percpu.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
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

    /** Returns numbers of all magnitudes, with many that end with zeros, up to and around a limit. */
    private LongStream magnitudes(long limit) {
        LongStream rounded = LongStream.generate(() -> {
                    long power = (long) Math.pow(10, random.nextInt(16));
                    return (anyLong() & Long.MAX_VALUE) % limit / power * power;
                })
                .limit(SAMPLES);
        LongStream any =
                LongStream.generate(() -> (anyLong() & Long.MAX_VALUE) % limit).limit(SAMPLES);
        LongStream border = LongStream.rangeClosed(limit - 1000, limit + 1000);
        return Stream.of(rounded, any, border, powersAndNeighbours()).flatMapToLong(it -> it);
    }

    @Test
    void shouldWriteWholeDoublesAsTheJdkDoesOrReturnMinusOne() {
        long limit = 1L << 53;
        magnitudes(limit).flatMap(value -> LongStream.of(value, -value)).forEach(value -> {
            double whole = value;
            int end = Decimals.putWhole(whole, out, 1);
            if (Math.abs(whole) < limit) {
                assertThat(text(end)).isEqualTo(Double.toString(whole));
            } else {
                assertThat(end).as("%s", whole).isEqualTo(-1);
            }
        });
        for (double value : new double[] {-0.0, 0.5, 9_999_999.5, 1e300, 0x1p53, 0x1p63, -0x1p63}) {
            assertThat(Decimals.putWhole(value, out, 1)).as("%s", value).isEqualTo(-1);
        }
    }

    @Test
    void shouldWriteNanosecondsAsTheDoubleOfTheirSecondsOrReturnMinusOne() {
        long limit = (1L << 23) * 1_000_000_000;
        LongStream.concat(magnitudes(limit), LongStream.range(0, 20_000)).forEach(value -> {
            int end = Decimals.putSeconds(value, out, 1);
            if (value >= 0 && value < limit) {
                assertThat(text(end)).as("%d ns", value).isEqualTo(Double.toString(value / 1e9));
            } else {
                assertThat(end).as("%d ns", value).isEqualTo(-1);
            }
        });
    }
}
