package dev.percpu.shard;

import dev.percpu.binding.SumKind;

/**
 * A group of cells that counts observations by bucket: a {count, sum} per bucket. Thread-safe.
 *
 * <p>An observation changes the count and the sum of exactly one bucket, by one store. A reader sees both changes or neither.
 *
 * <p>The amounts of a cell are either longs or doubles. Meters check the kind once, by {@link #requireLongs()} or {@link
 * #requireDoubles()}; the methods that record check it by an assertion only, because they are on the record path.
 */
public abstract class ObservationCell extends Cell {
    ObservationCell() {}

    /** Returns the type of the amounts and of their sum. */
    abstract SumKind sumKind();

    /** Returns whether the amounts are longs; they are doubles otherwise. */
    public final boolean isOfLongs() {
        return sumKind() == SumKind.LONG;
    }

    /**
     * Returns this cell.
     *
     * @throws IllegalArgumentException if its amounts are doubles
     */
    public final ObservationCell requireLongs() {
        return require(SumKind.LONG);
    }

    /**
     * Returns this cell.
     *
     * @throws IllegalArgumentException if its amounts are longs
     */
    public final ObservationCell requireDoubles() {
        return require(SumKind.DOUBLE);
    }

    private ObservationCell require(SumKind kind) {
        if (sumKind() != kind) {
            throw new IllegalArgumentException("sum kind of the cell must be " + kind + ", but was " + sumKind());
        }
        return this;
    }

    /**
     * Records a long in the first bucket with a bound of at least this amount. The cell must be one of longs.
     *
     * @param amount at least 0. The sum of a bucket is at most 2<sup>63</sup> - 1: as nanoseconds, 292 years.
     */
    public abstract void observeLong(long amount);

    /**
     * Records a double in the first bucket with a bound of at least this amount. The cell must be one of doubles.
     *
     * @param amount at least 0 and not NaN; infinity goes to the last bucket
     */
    public abstract void observeDouble(double amount);

    /**
     * Records equal longs by one store, as {@link #observeLong(long)} records one.
     *
     * @param amount amount of each observation, at least 0. The sum of a bucket is at most 2<sup>63</sup> - 1.
     * @param count number of observations, at least 1
     */
    public abstract void observeLong(long amount, long count);

    /**
     * Records equal doubles by one store, as {@link #observeDouble(double)} records one.
     *
     * @param amount amount of each observation, at least 0 and not NaN. The product with the count is rounded once.
     * @param count number of observations, at least 1
     */
    public abstract void observeDouble(double amount, long count);

    /**
     * Records observations that another process has counted, by one store. The cell must be one of doubles.
     *
     * @param bucket index of the bucket, from 0
     * @param count number of observations, at least 1
     * @param sum sum of their amounts, finite and at least 0
     * @throws IndexOutOfBoundsException if there is no such bucket
     */
    public abstract void observeBucket(int bucket, long count, double sum);

    /** Returns all observations now. */
    public abstract Observations read();

    /**
     * Returns the observations in a snapshot; none if this cell is newer than the snapshot.
     *
     * @throws IllegalArgumentException if the snapshot is of another store
     * @throws IllegalStateException if the snapshot is closed
     */
    abstract Observations read(CellSnapshot snapshot);

    /**
     * Copies the observations in a snapshot, as {@link #read(CellSnapshot)} returns them. Allocates nothing on native shards.
     *
     * @param counts receives the count of each bucket, from index 0 on; at least as long as the number of buckets
     * @return the sum of all amounts; a sum of longs is rounded to a double
     */
    public abstract double read(CellSnapshot snapshot, long[] counts);

    /**
     * Returns the observations of one shard now.
     *
     * @param shard index from {@link CellStore#recordedShards()}; any other shard has none
     */
    public abstract Observations readShard(int shard);
}
