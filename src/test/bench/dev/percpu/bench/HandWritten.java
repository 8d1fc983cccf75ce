package dev.percpu.bench;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.LongAdder;

/** What one would write with the JDK alone: a sum, and a count for each bucket. Less than a timer: there is no maximum. */
final class HandWritten {
    private HandWritten() {}

    private static int bucketOf(long amount, long[] bounds) {
        int found = Arrays.binarySearch(bounds, amount);
        return found >= 0 ? found : -found - 1;
    }

    static final class OfAdders {
        private final long[] bounds;
        private final LongAdder[] counts;
        private final LongAdder sum = new LongAdder();

        OfAdders(long[] bounds) {
            this.bounds = bounds;
            this.counts = new LongAdder[bounds.length + 1];
            Arrays.setAll(counts, i -> new LongAdder());
        }

        void record(long amount) {
            counts[bucketOf(amount, bounds)].increment();
            sum.add(amount);
        }
    }

    static final class OfAtomics {
        private final long[] bounds;
        private final AtomicLongArray counts;
        private final AtomicLong sum = new AtomicLong();

        OfAtomics(long[] bounds) {
            this.bounds = bounds;
            this.counts = new AtomicLongArray(bounds.length + 1);
        }

        void record(long amount) {
            counts.incrementAndGet(bucketOf(amount, bounds));
            sum.addAndGet(amount);
        }
    }
}
