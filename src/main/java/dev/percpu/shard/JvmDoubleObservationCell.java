package dev.percpu.shard;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.atomic.LongAdder;

/** Buckets as immutable {count, sum} pairs that are exchanged whole, so that no reader ever meets half an observation. */
final class JvmDoubleObservationCell extends DoubleObservationCell implements JvmCell {
    private static final Bucket EMPTY = new Bucket(0, 0.0);

    private final JvmCellStore store;
    private final long number;
    private final double[] bounds;
    private final AtomicReferenceArray<Bucket> buckets;
    /** Raw bits: those of amounts from 0 up are in the same order as the amounts. */
    private final AtomicLong maxBits = new AtomicLong();

    private final LongAdder records;

    /**
     * @param bounds taken over, not copied
     * @param records of the whole store
     */
    JvmDoubleObservationCell(JvmCellStore store, long number, double[] bounds, LongAdder records) {
        this.store = store;
        this.number = number;
        this.bounds = bounds;
        this.records = records;
        Bucket[] empty = new Bucket[bounds.length + 1];
        Arrays.fill(empty, EMPTY);
        buckets = new AtomicReferenceArray<>(empty);
    }

    @Override
    public void observe(double amount) {
        // Before the bucket: whoever counts this observation also finds its maximum.
        long bits = Double.doubleToRawLongBits(amount);
        if (bits > maxBits.get()) {
            maxBits.accumulateAndGet(bits, Math::max);
        }
        int index = bucketOf(amount);
        Bucket before;
        do {
            before = buckets.get(index);
        } while (!buckets.compareAndSet(index, before, new Bucket(before.count + 1, before.sum + amount)));
        records.increment();
    }

    /** Index of the first bound that is at least this amount, or of +Inf. */
    private int bucketOf(double amount) {
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
    public DoubleObservations read() {
        long[] counts = new long[buckets.length()];
        double sum = 0.0;
        for (int i = 0; i < counts.length; i++) {
            Bucket bucket = buckets.get(i);
            counts[i] = bucket.count;
            sum += bucket.sum;
        }
        return new DoubleObservations(counts, sum);
    }

    @Override
    public DoubleObservations read(CellSnapshot totals) {
        return JvmSnapshot.valueIn(
                totals, store, number, DoubleObservations.class, () -> DoubleObservations.none(buckets.length()));
    }

    @Override
    public double read(CellSnapshot totals, long[] counts) {
        DoubleObservations seen = read(totals);
        System.arraycopy(seen.bucketCounts(), 0, counts, 0, buckets.length());
        return seen.sum();
    }

    @Override
    public DoubleObservations readOf(int shard) {
        return shard == store.sharedShard() ? read() : DoubleObservations.none(buckets.length());
    }

    @Override
    public double drainMax() {
        return Double.longBitsToDouble(maxBits.getAndSet(0));
    }

    @Override
    public long number() {
        return number;
    }

    @Override
    public DoubleObservations value() {
        return read();
    }

    private record Bucket(long count, double sum) {}
}
