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
 * <p>The owner of a call is the cell with the offset, or an object that holds that cell in a final field.
 */
public final class RecordTarget extends RecordCalls {
    RecordTarget(Region region, BucketIndex buckets) {
        super(region, buckets);
    }
}
