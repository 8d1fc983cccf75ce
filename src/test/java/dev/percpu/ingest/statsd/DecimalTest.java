package dev.percpu.ingest.statsd;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DecimalTest {
    private static final long LARGEST = 1_000_000_000_000_000_000L;

    private final Random random = new Random(7);

    private long mantissa() {
        return Math.abs(random.nextLong() % LARGEST) >>> random.nextInt(60);
    }

    @Test
    void shouldConvertToTheNearestDouble() {
        for (int i = 0; i < 200_000; i++) {
            long mantissa = random.nextBoolean() ? mantissa() : -mantissa();
            int exponent = random.nextInt(45) - 22;

            assertThat(Decimal.toDouble(mantissa, exponent))
                    .as("%dE%d", mantissa, exponent)
                    .isEqualTo(Double.parseDouble(mantissa + "E" + exponent));
        }
    }

    @Test
    void shouldConvertNumbersWithLargeExponentsWithinTwoUnits() {
        for (int i = 0; i < 50_000; i++) {
            long mantissa = mantissa() + 1;
            int exponent = random.nextInt(580) - 300;
            double expected = Double.parseDouble(mantissa + "E" + exponent);

            double actual = Decimal.toDouble(mantissa, exponent);

            if (Double.isInfinite(expected)) {
                assertThat(actual).isInfinite();
            } else {
                assertThat(Math.abs(actual - expected)).isLessThanOrEqualTo(2 * Math.ulp(expected));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "1,309,Infinity",
        "1,10000,Infinity",
        "-1,10000,-Infinity",
        "1,-400,0",
        "1,-10000,0",
        "0,10000,0",
        "0,-5,0"
    })
    void shouldConvertExtremeNumbers(long mantissa, int exponent, double expected) {
        assertThat(Decimal.toDouble(mantissa, exponent)).isEqualTo(expected);
    }

    @Test
    void shouldRoundToTheNearestLong() {
        for (int i = 0; i < 200_000; i++) {
            long mantissa = mantissa();
            int exponent = random.nextInt(45) - 22;
            BigDecimal exact =
                    BigDecimal.valueOf(mantissa).scaleByPowerOfTen(exponent).setScale(0, RoundingMode.HALF_UP);
            boolean fits = exact.compareTo(BigDecimal.valueOf(Long.MAX_VALUE)) <= 0;

            assertThat(Decimal.toLong(mantissa, exponent))
                    .as("%dE%d", mantissa, exponent)
                    .isEqualTo(fits ? exact.longValueExact() : Decimal.TOO_LARGE);
        }
    }
}
