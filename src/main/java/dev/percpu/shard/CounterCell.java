package dev.percpu.shard;

/**
 * A sum that only grows: a 64-bit integer for whole amounts and a double for the others, since most increments are whole and the integer
 * is the faster to add to. Thread-safe; nothing added is ever lost.
 */
public abstract sealed class CounterCell implements Cell permits ShardedCounterCell, JvmCounterCell {
    CounterCell() {}

    /** Adds a whole amount. The sum of all whole amounts must stay below 2<sup>63</sup>: the caller keeps them small enough for that. */
    public abstract void add(long amount);

    /** Adds any finite amount. */
    public abstract void add(double amount);

    /** The sum now. */
    public abstract double sum();

    /**
     * The sum as of that snapshot; 0 if this cell is younger than the snapshot.
     *
     * @throws IllegalArgumentException if the snapshot is of another store
     * @throws IllegalStateException if the snapshot is closed
     */
    public abstract double sum(CellSnapshot totals);

    /**
     * A number that is another one once something was added that changes the integer or the double; 0 as long as nothing was.
     *
     * @throws IllegalArgumentException if the snapshot is of another store
     * @throws IllegalStateException if the snapshot is closed
     */
    public abstract long fingerprint(CellSnapshot totals);

    /**
     * The part of the sum that one shard has now.
     *
     * @param shard of {@link CellStore#recordedShards()}; any other has nothing
     */
    public abstract double sumOf(int shard);
}
