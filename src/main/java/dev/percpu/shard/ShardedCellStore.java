package dev.percpu.shard;

import dev.percpu.binding.BucketIndex;
import dev.percpu.binding.CellHandle;
import dev.percpu.binding.ControlCalls;
import dev.percpu.binding.ReservationRefusedException;
import dev.percpu.binding.SumKind;
import java.time.Duration;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Cells in native per-CPU shards. Three chains of regions, one for each kind of cell, so that one native call adds up a region.
 *
 * <p>Bucket indexes are shared by all groups with equal bounds. A cell for which the system grants no address space is one on the JVM's
 * heap: slower, but nothing is lost, and what asked for it goes on.
 */
final class ShardedCellStore extends CellStore {
    private static final System.Logger LOG = System.getLogger(ShardedCellStore.class.getName());
    private static final Duration QUARANTINE = Duration.ofMinutes(1);

    private final RegionChain counters;
    private final RegionChain timers;
    private final RegionChain summaries;
    private final ConcurrentHashMap<BucketBounds, BucketIndex> longIndexes = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<BucketBounds, BucketIndex> doubleIndexes = new ConcurrentHashMap<>();
    private final ShardPlan plan;
    private final RecycleLock clearing = new RecycleLock();
    private final JvmCellStore onJvm;
    private final AtomicBoolean warned = new AtomicBoolean();
    private volatile boolean closed;

    ShardedCellStore(ShardPlan plan) {
        this(plan, QUARANTINE, System::nanoTime);
    }

    /**
     * @param quarantine of the cells of removed meters that nobody can reach any more
     * @param nanoTime what it is told by
     */
    ShardedCellStore(ShardPlan plan, Duration quarantine, LongSupplier nanoTime) {
        ControlCalls.mode(); // refuses, with the reason, where the first record would fail for good
        this.plan = plan;
        this.onJvm = new JvmCellStore(plan.shards());
        this.counters = chain(SumKind.DOUBLE, quarantine, nanoTime);
        this.timers = chain(SumKind.LONG, quarantine, nanoTime);
        this.summaries = chain(SumKind.DOUBLE, quarantine, nanoTime);
    }

    private RegionChain chain(SumKind kind, Duration quarantine, LongSupplier nanoTime) {
        return new RegionChain(plan, kind, clearing, new CellRecycler(quarantine, nanoTime));
    }

    @Override
    public CounterCell newCounter() {
        return placed(() -> new ShardedCounterCell(counters.place(0, BucketIndex.NONE)), onJvm::newCounter);
    }

    @Override
    public LongObservationCell newLongObservation(BucketBounds bounds) {
        int buckets = bounds.buckets();
        BucketIndex index = longIndexes.computeIfAbsent(bounds, it -> BucketIndex.ofLongs(it.longs()));
        return placed(
                () -> new ShardedLongObservationCell(timers.place(buckets, index), buckets),
                () -> onJvm.newLongObservation(bounds));
    }

    @Override
    public DoubleObservationCell newDoubleObservation(BucketBounds bounds) {
        int buckets = bounds.buckets();
        BucketIndex index = doubleIndexes.computeIfAbsent(bounds, it -> BucketIndex.ofDoubles(it.doubles()));
        return placed(
                () -> new ShardedDoubleObservationCell(summaries.place(buckets, index), buckets),
                () -> onJvm.newDoubleObservation(bounds));
    }

    private <C> C placed(Supplier<C> onShards, Supplier<C> otherwise) {
        if (closed) {
            throw new IllegalStateException("this cell store is closed: it makes no new cells");
        }
        try {
            return onShards.get();
        } catch (ReservationRefusedException e) {
            if (warned.compareAndSet(false, true)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "New meters record on the heap by JVM atomics, slower but without loss, as long as there is no "
                                + "address space for their cells: " + e.getMessage());
            }
            return otherwise.get();
        }
    }

    @Override
    public void retire(Cell cell) {
        switch (cell) {
            case ShardedCounterCell counter -> counters.retire(counter.point(), counter.buckets());
            case ShardedLongObservationCell longs -> timers.retire(longs.point(), longs.buckets());
            case ShardedDoubleObservationCell doubles -> summaries.retire(doubles.point(), doubles.buckets());
            default -> {
                // one on the JVM's heap, which the collector takes
            }
        }
    }

    @Override
    public void recycle() {
        for (RegionChain chain : List.of(counters, timers, summaries)) {
            chain.recycle(Integer.MAX_VALUE);
        }
    }

    @Override
    public ShardedSnapshot totals() {
        return new ShardedSnapshot(this, clearing.nextSnapshot(), onJvm.isEmpty() ? null : onJvm.totals());
    }

    @Override
    public BitSet recordedShards() {
        BitSet shards = clearing.withoutClearing(() -> NativeStatistics.recordedShards(this));
        shards.or(onJvm.recordedShards());
        return shards;
    }

    @Override
    public int sharedShard() {
        return plan.shards();
    }

    @Override
    public ShardStatistics statistics() {
        return clearing.withoutClearing(() -> NativeStatistics.of(this));
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

    /** Holds the cells for which no address space was granted. */
    JvmCellStore heapCells() {
        return onJvm;
    }

    boolean owns(CellHandle point) {
        return counters.owns(point) || timers.owns(point) || summaries.owns(point);
    }
}
