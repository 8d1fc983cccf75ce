package dev.percpu.shard;

import dev.percpu.binding.RecordCalls;

/**
 * Records of an object that has a copy of its cell's address. Such a record reads the fields of one object, and not those of the cell.
 * Thread-safe.
 *
 * <p>The owner is that object. It must hold the cell and the copies in final fields: {@link Cell#regionAddress()}, {@link Cell#offset()} and
 * {@link Cell#bucketsAddress()}. Each call keeps the owner reachable until it returns, so the memory of the cell is not reused meanwhile. A
 * region address of 0 is not allowed: such a cell is on the JVM's heap.
 */
public final class DirectRecords {
    private DirectRecords() {}

    /** Does the same as {@link CounterCell#add(long)}. */
    public static void add(Object owner, long region, long offset, long amount) {
        RecordCalls.addLong(owner, region, offset, amount);
    }

    /** Does the same as {@link CounterCell#add(double)}. */
    public static void add(Object owner, long region, long offset, double amount) {
        RecordCalls.addDouble(owner, region, offset, amount);
    }

    /** Does the same as {@link ObservationCell#observeLong(long)}, in a cell of longs. */
    public static void observeLong(Object owner, long region, long offset, long buckets, long amount) {
        RecordCalls.observeLong(owner, region, offset, buckets, amount);
    }

    /** Does the same as {@link ObservationCell#observeLong(long, long)}, in a cell of longs. */
    public static void observeLong(Object owner, long region, long offset, long buckets, long amount, long count) {
        RecordCalls.observeLong(owner, region, offset, buckets, amount, count);
    }

    /** Does the same as {@link ObservationCell#observeDouble(double)}, in a cell of doubles. */
    public static void observeDouble(Object owner, long region, long offset, long buckets, double amount) {
        RecordCalls.observeDouble(owner, region, offset, buckets, amount);
    }

    /** Does the same as {@link ObservationCell#observeDouble(double, long)}, in a cell of doubles. */
    public static void observeDouble(Object owner, long region, long offset, long buckets, double amount, long count) {
        RecordCalls.observeDouble(owner, region, offset, buckets, amount, count);
    }
}
