package dev.percpu.bench;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** Histograms written with the JDK alone: a sum, and a count for each bucket. Unlike timers, they have no maximum. */
final class HandWritten {
    private HandWritten() {}

    private static int bucketOf(long amount, long[] bounds) {
        int found = Arrays.binarySearch(bounds, amount);
        return found >= 0 ? found : -found - 1;
    }

    /** A histogram of {@link LongAdder}s. Thread-safe. */
    static final class AdderHistogram {
        private final long[] bounds;
        private final LongAdder[] counts;
        private final LongAdder sum = new LongAdder();

        AdderHistogram(long[] bounds) {
            this.bounds = bounds;
            this.counts = new LongAdder[bounds.length + 1];
            Arrays.setAll(counts, i -> new LongAdder());
        }

        void record(long amount) {
            counts[bucketOf(amount, bounds)].increment();
            sum.add(amount);
        }
    }

    /** A histogram of atomic integers. Thread-safe. */
    static final class AtomicHistogram {
        private final long[] bounds;
        private final AtomicLongArray counts;
        private final AtomicLong sum = new AtomicLong();

        AtomicHistogram(long[] bounds) {
            this.bounds = bounds;
            this.counts = new AtomicLongArray(bounds.length + 1);
        }

        void record(long amount) {
            counts.incrementAndGet(bucketOf(amount, bounds));
            sum.addAndGet(amount);
        }
    }
}
