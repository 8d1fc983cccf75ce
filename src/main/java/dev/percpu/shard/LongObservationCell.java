package dev.percpu.shard;

/**
 * Observations of whole amounts, such as nanoseconds: per bucket a {count, sum} that changes as one, and the largest amount.
 *
 * <p>Thread-safe. Each observation is in exactly one bucket, once, whatever the scheduler does; no reader sees its count without its sum.
 */
public abstract sealed class LongObservationCell implements ObservationCell
        permits ShardedLongObservationCell, JvmLongObservationCell {
    LongObservationCell() {}

    /**
     * Records one observation in the first bucket whose bound is at least this amount.
     *
     * @param amount at least 0
     */
    public abstract void observe(long amount);

    /** All observations now. */
    public abstract LongObservations read();

    /**
     * All observations as of that snapshot; none if this cell is younger than the snapshot.
     *
     * @throws IllegalArgumentException if the snapshot is of another store
     * @throws IllegalStateException if the snapshot is closed
     */
    public abstract LongObservations read(CellSnapshot totals);

    /**
     * The same without garbage.
     *
     * @param counts where the count of each bucket goes, from its beginning; at least as long as there are buckets
     * @return the sum of all observations
     */
    public abstract long read(CellSnapshot totals, long[] counts);

    /** The largest amount since the last drain, 0 if there was none. Takes it by an atomic exchange: no maximum is lost or told twice. */
    public abstract long drainMax();

    /**
     * The observations that one shard has now.
     *
     * @param shard of {@link CellStore#recordedShards()}; any other has none
     */
    public abstract LongObservations readOf(int shard);
}
