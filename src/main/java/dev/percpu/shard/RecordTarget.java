package dev.percpu.shard;

import dev.percpu.binding.BucketIndex;
import dev.percpu.binding.RecordCalls;
import dev.percpu.binding.Region;

/**
 * What the records into many cells have in common: a region, and the index of the buckets. Immutable and thread-safe.
 *
 * <p>Meters with equal buckets share it, so it is in the cache of the CPU. A record into a meter that is not in the cache then reads that
 * meter and the native memory of its cell, and no other object.
 *
 * <p>The owner of a call is the object that holds the cell in a final field. Each call keeps it reachable until it returns, so that the memory
 * of the cell is not reused meanwhile.
 */
public final class RecordTarget {
    private final Region region;
    private final BucketIndex buckets;

    RecordTarget(Region region, BucketIndex buckets) {
        this.region = region;
        this.buckets = buckets;
    }

    Region region() {
        return region;
    }

    /**
     * Does the same as {@link CounterCell#add(long)}.
     *
     * @param offset of the cell
     */
    public void add(Object owner, long offset, long amount) {
        RecordCalls.addLong(owner, region, offset, amount);
    }

    /** Does the same as {@link CounterCell#add(double)}. */
    public void add(Object owner, long offset, double amount) {
        RecordCalls.addDouble(owner, region, offset, amount);
    }

    /** Does the same as {@link ObservationCell#observeLong(long)}, in a cell of longs. */
    public void observeLong(Object owner, long offset, long amount) {
        RecordCalls.observeLong(owner, region, offset, buckets, amount);
    }

    /** Does the same as {@link ObservationCell#observeLong(long, long)}, in a cell of longs. */
    public void observeLong(Object owner, long offset, long amount, long count) {
        RecordCalls.observeLong(owner, region, offset, buckets, amount, count);
    }

    /** Does the same as {@link ObservationCell#observeDouble(double)}, in a cell of doubles. */
    public void observeDouble(Object owner, long offset, double amount) {
        RecordCalls.observeDouble(owner, region, offset, buckets, amount);
    }

    /** Does the same as {@link ObservationCell#observeDouble(double, long)}, in a cell of doubles. */
    public void observeDouble(Object owner, long offset, double amount, long count) {
        RecordCalls.observeDouble(owner, region, offset, buckets, amount, count);
    }
}
