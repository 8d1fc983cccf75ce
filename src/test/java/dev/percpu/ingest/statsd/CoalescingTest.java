package dev.percpu.ingest.statsd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class CoalescingTest {
    private static final int CAPACITY = 256;
    private static final long BUFFER = 4 << 20;

    private long nowNanos;

    /** Returns the sleep after a second of calls that each receive some packets. */
    private long sleepAfter(Coalescing coalescing, int packets, int bytes, long everyNanos) {
        long sleep = 0;
        for (long end = nowNanos + TimeUnit.SECONDS.toNanos(1); nowNanos < end; ) {
            nowNanos += everyNanos;
            sleep = coalescing.add(packets, (long) packets * bytes, nowNanos);
        }
        return sleep;
    }

    @Test
    void shouldWaitInTheKernelAtLowRates() {
        Coalescing coalescing = new Coalescing(CAPACITY, BUFFER, nowNanos);

        assertThat(sleepAfter(coalescing, 1, 700, 8_000)).isZero();
        assertThat(sleepAfter(coalescing, 60, 700, 1_000_000)).isZero();
    }

    @Test
    void shouldSleepLongerAtMediumRatesThanAtHighOnes() {
        Coalescing coalescing = new Coalescing(CAPACITY, BUFFER, nowNanos);

        assertThat(sleepAfter(coalescing, 4, 700, 25_000)).isEqualTo(Coalescing.MAX_SLEEP_NANOS);
        assertThat(sleepAfter(coalescing, 2, 700, 2_000)).isEqualTo(192_000);
        assertThat(sleepAfter(coalescing, 8, 700, 2_000)).isEqualTo(Coalescing.MIN_SLEEP_NANOS);
        assertThat(sleepAfter(coalescing, 1, 700, 100_000)).isZero();
    }

    @Test
    void shouldNotSleepAfterAFullBatch() {
        Coalescing coalescing = new Coalescing(CAPACITY, BUFFER, nowNanos);

        assertThat(sleepAfter(coalescing, CAPACITY, 700, 100_000)).isZero();
        assertThat(coalescing.add(1, 700, nowNanos)).isPositive();
    }

    @Test
    void shouldSleepForHalfOfTheBufferAtMost() {
        // 500 packets of 4 KiB in the kernel per millisecond
        assertThat(sleepAfter(new Coalescing(CAPACITY, 1 << 20, nowNanos), 5, 1_408, 10_000))
                .isEqualTo(256_000);
        assertThat(sleepAfter(new Coalescing(CAPACITY, 200_000, nowNanos), 5, 1_408, 10_000))
                .isZero();
    }
}
