package dev.percpu.parity;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * The publishing options of a timer or summary. The amounts of timers are in milliseconds.
 *
 * @param expiry a multiple of all numbers of windows, in {@link Peers#TICK}s
 */
record DistributionOptions(
        double @Nullable [] percentiles,
        @Nullable Integer precision,
        @Nullable Boolean histogram,
        double @Nullable [] objectives,
        @Nullable Integer minimum,
        @Nullable Integer maximum,
        @Nullable Duration expiry,
        @Nullable Integer bufferLength) {
    private static final double[][] PERCENTILES = {{0.5}, {0.5, 0.9, 0.99}, {0, 1}, {0.25, 0.999}};
    private static final double[][] OBJECTIVES = {{10}, {50, 1_000}, {0.25, 7, 100, 2_500}, {0.5, 2.25}};

    /**
     * Returns random options.
     *
     * @param bucketed whether buckets are published
     */
    static DistributionOptions draw(Random random, boolean bucketed) {
        boolean objectives = bucketed && random.nextBoolean();
        Boolean histogram = random.nextInt(10) == 0 ? Boolean.FALSE : null;
        return new DistributionOptions(
                random.nextInt(3) == 0 ? PERCENTILES[random.nextInt(PERCENTILES.length)] : null,
                random.nextInt(6) == 0 ? Integer.valueOf(random.nextInt(4)) : null,
                bucketed && (!objectives || random.nextInt(3) == 0) ? Boolean.TRUE : histogram,
                objectives ? OBJECTIVES[random.nextInt(OBJECTIVES.length)] : null,
                random.nextInt(5) == 0 ? Integer.valueOf(1 + random.nextInt(20)) : null,
                random.nextInt(5) == 0 ? Integer.valueOf(100 + random.nextInt(10_000)) : null,
                random.nextInt(6) == 0 ? Duration.ofSeconds(30L * (1 + random.nextInt(4))) : null,
                random.nextInt(6) == 0 ? Integer.valueOf(1 + random.nextInt(4)) : null);
    }

    Timer.Builder of(Timer.Builder builder) {
        return builder.publishPercentiles(percentiles)
                .percentilePrecision(precision)
                .publishPercentileHistogram(histogram)
                .serviceLevelObjectives(durations())
                .minimumExpectedValue(millis(minimum))
                .maximumExpectedValue(millis(maximum))
                .distributionStatisticExpiry(expiry)
                .distributionStatisticBufferLength(bufferLength);
    }

    LongTaskTimer.Builder of(LongTaskTimer.Builder builder) {
        return builder.publishPercentiles(percentiles)
                .percentilePrecision(precision)
                .publishPercentileHistogram(histogram)
                .serviceLevelObjectives(durations())
                .minimumExpectedValue(millis(minimum))
                .maximumExpectedValue(millis(maximum))
                .distributionStatisticExpiry(expiry)
                .distributionStatisticBufferLength(bufferLength);
    }

    DistributionSummary.Builder of(DistributionSummary.Builder builder) {
        return builder.publishPercentiles(percentiles)
                .percentilePrecision(precision)
                .publishPercentileHistogram(histogram)
                .serviceLevelObjectives(objectives)
                .minimumExpectedValue(minimum == null ? null : minimum.doubleValue())
                .maximumExpectedValue(maximum == null ? null : maximum.doubleValue())
                .distributionStatisticExpiry(expiry)
                .distributionStatisticBufferLength(bufferLength);
    }

    private Duration @Nullable [] durations() {
        return objectives == null
                ? null
                : Arrays.stream(objectives)
                        .mapToObj(millis -> Duration.ofNanos((long) (millis * 1_000_000)))
                        .toArray(Duration[]::new);
    }

    private static @Nullable Duration millis(@Nullable Integer amount) {
        return amount == null ? null : Duration.ofMillis(amount);
    }

    @Override
    public String toString() {
        return "percentiles " + Arrays.toString(percentiles) + " of " + precision + " digits, histogram " + histogram
                + ", objectives " + Arrays.toString(objectives) + ", expected " + minimum + " to " + maximum
                + ", expiry " + expiry + " / " + bufferLength;
    }
}
