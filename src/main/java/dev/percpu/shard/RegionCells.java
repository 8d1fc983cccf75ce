package dev.percpu.shard;

import dev.percpu.binding.Region;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * The cells of one region among the cells of a list. Immutable if its arrays are not changed.
 *
 * @param indexes indexes of the cells in the list. They are in the order of the memory, which processors prefetch; cells of the same 256
 *     bytes are in the order of the list.
 */
record RegionCells(Region region, int[] indexes) {
    /** A key has the number of its 256 bytes in the upper bits, and its index in the lower ones. A region has up to 2^40 bytes. */
    private static final int BLOCK_SHIFT = 8;

    private static final int INDEX_BITS = 31;

    /**
     * Returns the cells at [from, to) of a list by region. Cells on the JVM's heap are left out.
     *
     * @param to at most the size of the list
     */
    static List<RegionCells> of(List<? extends Cell> cells, int from, int to) {
        IdentityHashMap<Region, LongStream.Builder> keys = new IdentityHashMap<>();
        for (int i = from; i < to; i++) {
            CellHandle handle = cells.get(i).handle();
            if (handle != null) {
                keys.computeIfAbsent(handle.region(), region -> LongStream.builder())
                        .accept(handle.offset() >>> BLOCK_SHIFT << INDEX_BITS | i);
            }
        }
        List<RegionCells> regions = new ArrayList<>(keys.size());
        keys.forEach((region, builder) -> regions.add(new RegionCells(
                region,
                builder.build()
                        .sorted()
                        .mapToInt(key -> (int) key & Integer.MAX_VALUE)
                        .toArray())));
        return regions;
    }

    /** Returns the handle of a cell that is not on the JVM's heap. */
    static CellHandle handle(List<? extends Cell> cells, int index) {
        return Objects.requireNonNull(cells.get(index).handle());
    }
}
