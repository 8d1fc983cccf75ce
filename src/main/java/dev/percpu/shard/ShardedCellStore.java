package dev.percpu.shard;

import dev.percpu.binding.BucketIndex;
import dev.percpu.binding.ControlCalls;
import dev.percpu.binding.Region;
import dev.percpu.binding.ReservationRefusedException;
import dev.percpu.binding.SumKind;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A store with cells on native per-CPU shards. Thread-safe.
 *
 * <p>Counters, timers and summaries have their cells in regions of their own, so that one native call sums a region. Groups of a region with
 * equal bounds share a {@link RecordTarget}, and so do all counters of a region.
 *
 * <p>If the kernel refuses the address space for a cell, the cell is on the JVM's heap: slower, but without loss.
 */
public final class ShardedCellStore implements CellStore {
    private static final System.Logger LOG = System.getLogger(ShardedCellStore.class.getName());
    private static final Duration QUARANTINE = Duration.ofMinutes(1);

    private final ShardPlan plan;
    private final RegionChain counters;
    private final RegionChain timers;
    private final RegionChain summaries;
    private final List<RegionChain> chains;

    /** The targets of the cells in use. A target without a cell is freed. Guarded by itself. */
    private final Map<TargetKey, TargetReference> targets = new HashMap<>();

    private final ReferenceQueue<RecordTarget> freed = new ReferenceQueue<>();
    private final RecycleLock recycleLock = new RecycleLock();
    private final JvmCellStore heapCells;
    private final AtomicBoolean warned = new AtomicBoolean();
    private volatile boolean closed;

    /**
     * Creates a store without cells.
     *
     * @throws dev.percpu.binding.LibraryUnavailableException if the native library cannot be used
     * @throws IllegalStateException if the mode of the process is not set
     */
    public ShardedCellStore(ShardPlan plan) {
        this(plan, QUARANTINE, System::nanoTime);
    }

    /**
     * Creates a store without cells.
     *
     * @param quarantine time from when the cell of a removed meter is unreachable to its reuse
     * @param nanoTime clock of the quarantine, in nanoseconds
     */
    ShardedCellStore(ShardPlan plan, Duration quarantine, LongSupplier nanoTime) {
        ControlCalls
                .mode(); // throws with the cause: after a failed first record, RecordCalls cannot be initialised again
        this.plan = plan;
        this.heapCells = new JvmCellStore(plan.shards());
        this.counters = chain(SumKind.DOUBLE, quarantine, nanoTime);
        this.timers = chain(SumKind.LONG, quarantine, nanoTime);
        this.summaries = chain(SumKind.DOUBLE, quarantine, nanoTime);
        this.chains = List.of(counters, timers, summaries);
    }

    private RegionChain chain(SumKind kind, Duration quarantine, LongSupplier nanoTime) {
        return new RegionChain(plan, kind, recycleLock, new CellRecycler(quarantine, nanoTime));
    }

    @Override
    public CounterCell newCounter() {
        return onShardsOrHeap(
                () -> {
                    RegionChain.Allocation memory = counters.allocate(0);
                    return new ShardedCounterCell(memory, target(memory.region(), null));
                },
                heapCells::newCounter);
    }

    @Override
    public ObservationCell newLongObservation(BucketBounds bounds) {
        return onShardsOrHeap(
                () -> newObservation(timers, bounds, SumKind.LONG), () -> heapCells.newLongObservation(bounds));
    }

    @Override
    public ObservationCell newDoubleObservation(BucketBounds bounds) {
        return onShardsOrHeap(
                () -> newObservation(summaries, bounds, SumKind.DOUBLE), () -> heapCells.newDoubleObservation(bounds));
    }

    private ObservationCell newObservation(RegionChain chain, BucketBounds bounds, SumKind kind) {
        bounds.words(kind); // rejects bounds of the other kind, for which there may be an index
        RegionChain.Allocation memory = chain.allocate(bounds.buckets());
        return new ShardedObservationCell(memory, target(memory.region(), bounds), bounds.buckets());
    }

    /**
     * @param bounds bounds of the groups; null for counters
     */
    private RecordTarget target(Region region, @Nullable BucketBounds bounds) {
        TargetKey key = new TargetKey(region, bounds);
        synchronized (targets) {
            removeFreed();
            TargetReference known = targets.get(key);
            RecordTarget target = known == null ? null : known.get();
            if (target == null) {
                target = new RecordTarget(region, index(bounds, region.sumKind()));
                targets.put(key, new TargetReference(key, target, freed));
            }
            return target;
        }
    }

    private static BucketIndex index(@Nullable BucketBounds bounds, SumKind kind) {
        if (bounds == null) {
            return BucketIndex.NONE;
        }
        return kind == SumKind.LONG ? BucketIndex.ofLongs(bounds.longs()) : BucketIndex.ofDoubles(bounds.doubles());
    }

    private void removeFreed() {
        for (Reference<?> next = freed.poll(); next != null; next = freed.poll()) {
            targets.remove(((TargetReference) next).key, next);
        }
    }

    /** For tests. Returns the number of targets that are in memory. */
    int targets() {
        synchronized (targets) {
            removeFreed();
            return targets.size();
        }
    }

    /**
     * What the cells of a target have in common.
     *
     * @param bounds bounds of the groups; null for counters
     */
    private record TargetKey(Region region, @Nullable BucketBounds bounds) {}

    /** A reference to a target, which its cells keep reachable. */
    private static final class TargetReference extends WeakReference<RecordTarget> {
        private final TargetKey key;

        TargetReference(TargetKey key, RecordTarget target, ReferenceQueue<RecordTarget> queue) {
            super(target, queue);
            this.key = key;
        }
    }

    private <C> C onShardsOrHeap(Supplier<C> onShards, Supplier<C> onHeap) {
        if (closed) {
            throw new IllegalStateException("cell store must be open to create a cell, but was closed");
        }
        try {
            return onShards.get();
        } catch (ReservationRefusedException e) {
            if (warned.compareAndSet(false, true)) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "New meters record on the heap by JVM atomics, because there is no address space for their cells."
                                + " Records are slower, but none is lost. Cause: " + e.getMessage());
            }
            return onHeap.get();
        }
    }

    @Override
    public void retire(Cell cell) {
        CellHandle handle = cell.handle();
        if (handle == null) {
            heapCells.retire(cell);
            return;
        }
        RegionChain chain =
                cell instanceof ObservationCell observations ? observations.isOfLongs() ? timers : summaries : counters;
        chain.retire(handle, cell.buckets());
    }

    @Override
    public void recycle() {
        for (RegionChain chain : chains) {
            chain.recycle(Integer.MAX_VALUE);
        }
    }

    @Override
    public CellSnapshot snapshot() {
        return new ShardedSnapshot(chains, recycleLock.nextSnapshot(), heapCells.snapshot());
    }

    @Override
    public BitSet recordedShards() {
        BitSet shards = recycleLock.readConsistently(() -> {
            BitSet recorded = new BitSet();
            chains.forEach(chain -> chain.addRecordedShards(recorded));
            return recorded;
        });
        shards.or(heapCells.recordedShards());
        return shards;
    }

    @Override
    public int sharedShard() {
        return plan.shards();
    }

    @Override
    public ShardStatistics statistics() {
        return recycleLock.readConsistently(this::readStatistics);
    }

    private ShardStatistics readStatistics() {
        List<Region> regions = chains.stream()
                .flatMap(chain -> chain.regions().stream())
                .map(CellRegion::region)
                .toList();
        List<ShardStatistics.PerShard> shards = new ArrayList<>(plan.shards());
        for (int i = 0; i < plan.shards(); i++) {
            int shard = i;
            long restarts =
                    regions.stream().mapToLong(region -> region.restarts(shard)).sum();
            shards.add(new ShardStatistics.PerShard(shard, records(shard), restarts));
        }
        return new ShardStatistics(
                regions.stream().mapToLong(Region::strideBytes).min().orElse(plan.strideBytes()),
                regions.stream().mapToLong(Region::reservedBytes).sum(),
                regions.stream().mapToLong(Region::residentBytes).sum(),
                shards,
                records(sharedShard()) + heapCells.records(),
                regions.stream().mapToLong(Region::sharedRecords).sum() + heapCells.records());
    }

    private long records(int shard) {
        return timers.records(shard) + summaries.records(shard);
    }

    @Override
    public void close() {
        closed = true;
    }

    /** For tests. Returns the chains of counters, timers and summaries. */
    List<RegionChain> chains() {
        return chains;
    }
}
