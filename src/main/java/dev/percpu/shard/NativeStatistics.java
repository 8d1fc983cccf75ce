package dev.percpu.shard;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/** Works out the {@link ShardStatistics} of native shards. */
final class NativeStatistics {
    private NativeStatistics() {}

    static ShardStatistics of(ShardedCellStore store) {
        int shards = store.plan().shards();
        List<CellRegion> groups = Stream.of(store.timers(), store.summaries())
                .flatMap(chain -> chain.regions().stream())
                .toList();
        List<CellRegion> all = Stream.concat(store.counters().regions().stream(), groups.stream())
                .toList();
        List<ShardStatistics.PerShard> perShard = new ArrayList<>(shards);
        for (int shard = 0; shard < shards; shard++) {
            int index = shard;
            perShard.add(new ShardStatistics.PerShard(
                    shard,
                    records(store, groups, shard),
                    all.stream().mapToLong(it -> it.region().restarts(index)).sum()));
        }
        return new ShardStatistics(
                all.stream()
                        .mapToLong(it -> it.region().strideBytes())
                        .min()
                        .orElse(store.plan().strideBytes()),
                all.stream().mapToLong(it -> it.region().reservedBytes()).sum(),
                all.stream().mapToLong(it -> it.region().residentBytes()).sum(),
                perShard,
                records(store, groups, shards) + store.heapCells().records(),
                all.stream().mapToLong(it -> it.region().sharedRecords()).sum()
                        + store.heapCells().records());
    }

    private static long records(ShardedCellStore store, List<CellRegion> regions, int shard) {
        long records = store.timers().clearedRecords(shard) + store.summaries().clearedRecords(shard);
        for (CellRegion region : regions) {
            records += records(region, shard);
        }
        return records;
    }

    /** The counts of all buckets of all groups, in one shard. */
    private static long records(CellRegion region, int shard) {
        CellRegion.Groups groups = region.groups();
        long from = region.firstCell();
        long to = region.end();
        long records = 0;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cells = arena.allocate(to - from, Layout.CELL_BYTES);
            region.region().sum(shard, shard + 1, from, to, cells);
            for (int i = 0; i < groups.size(); i++) {
                records += RegionChain.records(cells, groups.offsets()[i] - from, groups.buckets()[i]);
            }
        }
        return records;
    }

    /** The shards in which a cell is not 0. */
    static BitSet recordedShards(ShardedCellStore store) {
        BitSet recorded = new BitSet();
        for (RegionChain chain : List.of(store.counters(), store.timers(), store.summaries())) {
            for (CellRegion region : chain.regions()) {
                addRecorded(region, store.plan().shards() + 1, recorded);
            }
        }
        return recorded;
    }

    private static void addRecorded(CellRegion region, int shards, BitSet to) {
        long from = region.firstCell();
        long end = region.end();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cells = arena.allocate(Math.max(end - from, Layout.CELL_BYTES), Layout.CELL_BYTES);
            MemorySegment nothing = arena.allocate(cells.byteSize(), Layout.CELL_BYTES);
            for (int shard = to.nextClearBit(0); shard < shards; shard = to.nextClearBit(shard + 1)) {
                region.region().sum(shard, shard + 1, from, end, cells);
                if (cells.mismatch(nothing) >= 0) {
                    to.set(shard);
                }
            }
        }
    }
}
