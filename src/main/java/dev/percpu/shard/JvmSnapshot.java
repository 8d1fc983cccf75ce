package dev.percpu.shard;

import java.util.Arrays;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The values of a {@link JvmCellStore}'s cells at one time, found by the number of the cell. */
final class JvmSnapshot extends CellSnapshot {
    private final JvmCellStore store;
    private final long[] numbers;
    private volatile Object @Nullable [] values;

    /**
     * @param numbers of the cells, ascending
     * @param values immutable, one per number
     */
    JvmSnapshot(JvmCellStore store, long[] numbers, Object[] values) {
        this.store = store;
        this.numbers = numbers;
        this.values = values;
    }

    /**
     * The value of that cell, or that of {@code ifYounger} when the cell was made after this snapshot.
     *
     * @throws IllegalArgumentException if the totals are not a snapshot of that store
     * @throws IllegalStateException if the totals are closed
     */
    static <V> V valueIn(CellSnapshot totals, JvmCellStore store, long number, Class<V> type, Supplier<V> ifYounger) {
        if (totals instanceof ShardedSnapshot shards && shards.isOf(store)) {
            JvmSnapshot beside = ShardedSnapshot.of(shards).onJvm();
            return beside == null ? ifYounger.get() : valueIn(beside, store, number, type, ifYounger);
        }
        if (!(totals instanceof JvmSnapshot of) || of.store != store) {
            throw new IllegalArgumentException("these totals are of another cell store");
        }
        Object[] values = of.values;
        if (values == null) {
            throw new IllegalStateException("these totals are closed");
        }
        int index = Arrays.binarySearch(of.numbers, number);
        return index < 0 ? ifYounger.get() : type.cast(values[index]);
    }

    @Override
    public void close() {
        values = null;
    }
}
