package dev.percpu.settings;

/** Value of {@link Settings#SHARD_INDEX}: the field of struct rseq that selects the shard. */
public enum ShardIndex {
    /** {@link #MM_CID} if the process may use at most a quarter of the possible CPUs, else {@link #CPU_ID}. */
    AUTO,
    /** The number of the CPU. */
    CPU_ID,
    /** The concurrency id of the thread within its process; {@link #CPU_ID} if the kernel does not offer it. */
    MM_CID
}
