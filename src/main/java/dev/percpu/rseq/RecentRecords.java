package dev.percpu.rseq;

/**
 * The increase of three counts of the shards in the last {@value #SECONDS} s, or since the start of the process if that is shorter.
 * Immutable.
 *
 * @param records observations of timers and summaries, in all shards
 * @param sharedRecords the observations of {@code records} that are in the shared shard
 * @param restarts critical sections that the kernel restarted
 */
public record RecentRecords(long records, long sharedRecords, long restarts) {
    /** The length of the interval, in seconds. */
    public static final int SECONDS = 60;

    /** No records. */
    public static final RecentRecords NONE = new RecentRecords(0, 0, 0);

    /** Smallest number of records for which a ratio is meaningful: the first record of a thread goes to the shared shard. */
    private static final long MIN_RECORDS = 1_000;

    /** Returns whether more than 1 section was restarted per 1,000 records. */
    boolean hasHighRestartRate() {
        return records >= MIN_RECORDS && restarts * 1_000 > records;
    }

    /** Returns whether more than 1 % of the records are in the shared shard. */
    boolean usesSharedShard() {
        return records >= MIN_RECORDS && sharedRecords * 100 > records;
    }
}
