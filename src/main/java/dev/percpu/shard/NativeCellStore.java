package dev.percpu.shard;

import dev.percpu.binding.BucketIndex;
import dev.percpu.binding.ColdPath;
import dev.percpu.binding.SumKind;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Cells in native per-CPU shards. Three chains of regions, one for each kind of cell, so that one native call adds up a region.
 *
 * <p>Bucket indexes are shared by all groups with equal bounds.
 */
final class NativeCellStore extends CellStore {
    private final RegionChain counters;
    private final RegionChain timers;
    private final RegionChain summaries;
    private final ConcurrentHashMap<BucketBounds, BucketIndex> longIndexes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<BucketBounds, BucketIndex> doubleIndexes = new ConcurrentHashMap<>();
    private final ShardPlan plan;
    private volatile boolean closed;

    NativeCellStore(ShardPlan plan) {
        ColdPath.mode(); // refuses, with the reason, where the first record would fail for good
        this.plan = plan;
        this.counters = new RegionChain(plan, SumKind.DOUBLE);
        this.timers = new RegionChain(plan, SumKind.LONG);
        this.summaries = new RegionChain(plan, SumKind.DOUBLE);
    }

    @Override
    public CounterCell newCounter() {
        ensureOpen();
        return new NativeCounterCell(this, counters.place(0));
    }

    @Override
    public LongObservationCell newLongObservation(BucketBounds bounds) {
        ensureOpen();
        BucketIndex index = longIndexes.computeIfAbsent(bounds, it -> BucketIndex.ofLongs(it.longs()));
        return new NativeLongObservationCell(this, timers.place(bounds.buckets()), bounds.buckets(), index);
    }

    @Override
    public DoubleObservationCell newDoubleObservation(BucketBounds bounds) {
        ensureOpen();
        BucketIndex index = doubleIndexes.computeIfAbsent(bounds, it -> BucketIndex.ofDoubles(it.doubles()));
        return new NativeDoubleObservationCell(this, summaries.place(bounds.buckets()), bounds.buckets(), index);
    }

    @Override
    public NativeTotals totals() {
        return new NativeTotals(this);
    }

    @Override
    public ShardStatistics statistics() {
        return NativeStatistics.of(this);
    }

    @Override
    public void close() {
        closed = true;
    }

    ShardPlan plan() {
        return plan;
    }

    RegionChain counters() {
        return counters;
    }

    RegionChain timers() {
        return timers;
    }

    RegionChain summaries() {
        return summaries;
    }

    private void ensureOpen() {
        if (closed) {
            throw new IllegalStateException("this cell store is closed: it makes no new cells");
        }
    }
}
