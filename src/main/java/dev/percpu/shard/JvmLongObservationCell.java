package dev.percpu.shard;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/** Buckets as immutable {count, sum} pairs that are exchanged whole, so that no reader ever meets half an observation. */
final class JvmLongObservationCell extends LongObservationCell implements JvmCell {
    private static final Bucket EMPTY = new Bucket(0, 0);

    private final JvmCellStore store;
    private final long number;
    private final long[] bounds;
    private final AtomicReferenceArray<Bucket> buckets;
    private final AtomicLong max = new AtomicLong();
    private final LongAdder records;

    /**
     * @param bounds taken over, not copied
     * @param records of the whole store
     */
    JvmLongObservationCell(JvmCellStore store, long number, long[] bounds, LongAdder records) {
        this.store = store;
        this.number = number;
        this.bounds = bounds;
        this.records = records;
        Bucket[] empty = new Bucket[bounds.length + 1];
        Arrays.fill(empty, EMPTY);
        buckets = new AtomicReferenceArray<>(empty);
    }

    @Override
    public void observe(long amount) {
        // Before the bucket: whoever counts this observation also finds its maximum.
        if (amount > max.get()) {
            max.accumulateAndGet(amount, Math::max);
        }
        int index = bucketOf(amount);
        Bucket before;
        do {
            before = buckets.get(index);
        } while (!buckets.compareAndSet(index, before, new Bucket(before.count + 1, before.sum + amount)));
        records.increment();
    }

    /** Index of the first bound that is at least this amount, or of +Inf. */
    private int bucketOf(long amount) {
        int low = 0;
        int high = bounds.length;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (amount <= bounds[middle]) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    @Override
    public LongObservations read() {
        long[] counts = new long[buckets.length()];
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            Bucket bucket = buckets.get(i);
            counts[i] = bucket.count;
            sum += bucket.sum;
        }
        return new LongObservations(counts, sum);
    }

    @Override
    public LongObservations read(CellSnapshot totals) {
        return JvmSnapshot.valueIn(
                totals, store, number, LongObservations.class, () -> LongObservations.none(buckets.length()));
    }

    @Override
    public long read(CellSnapshot totals, long[] counts) {
        LongObservations seen = read(totals);
        System.arraycopy(seen.bucketCounts(), 0, counts, 0, buckets.length());
        return seen.sum();
    }

    @Override
    public LongObservations readOf(int shard) {
        return shard == store.sharedShard() ? read() : LongObservations.none(buckets.length());
    }

    @Override
    public long drainMax() {
        return max.getAndSet(0);
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public LongObservations value() {
        return read();
    }

    private record Bucket(long count, long sum) {}
}
