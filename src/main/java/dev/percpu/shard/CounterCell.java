package dev.percpu.shard;

/**
 * A cell with an increasing sum. Thread-safe: no addition is lost.
 *
 * <p>The sum has two parts, a 64-bit integer for integer amounts and a double for all other amounts. Most amounts are integers, and adding
 * to the integer is faster.
 */
public abstract class CounterCell extends Cell {
    CounterCell() {}

    /**
     * Adds an integer amount.
     *
     * @param amount at least 0. The integer part wraps around without an error: the caller must keep the sum of all integer
     *     amounts below 2<sup>63</sup>.
     */
    public abstract void add(long amount);

    /**
     * Adds a double amount.
     *
     * @param amount at least 0; infinity stays in the sum
     */
    public abstract void add(double amount);

    /** Returns the sum now. */
    public abstract double sum();

    /**
     * Returns the sum in a snapshot; 0 if this cell is newer than the snapshot.
     *
     * @throws IllegalArgumentException if the snapshot is of another store
     * @throws IllegalStateException if the snapshot is closed
     */
    public abstract double sum(CellSnapshot snapshot);

    /**
     * Returns a number that changes when the integer or the double part changes; 0 while both parts are 0.
     *
     * @throws IllegalArgumentException if the snapshot is of another store
     * @throws IllegalStateException if the snapshot is closed
     */
    public abstract long fingerprint(CellSnapshot snapshot);

    /**
     * Returns one shard's part of the sum now.
     *
     * @param shard index from {@link CellStore#recordedShards()}; the part of any other shard is 0
     */
    public abstract double sumOfShard(int shard);
}
