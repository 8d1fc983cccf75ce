package dev.percpu.settings;

/** Value of {@link Settings#SHARD_INDEX}: the field of struct rseq that selects the shard. */
public enum ShardIndex {
    /** {@link #MM_CID} in a small container on a large machine, else {@link #CPU_ID}. */
    AUTO,
    /** The number of the CPU. */
    CPU_ID,
    /** The kernel's number of the thread among the running threads of the process, if the kernel offers it. */
    MM_CID
}
