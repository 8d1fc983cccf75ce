package dev.percpu.abi;

/** Which field of struct rseq chooses the shard. {@link #toString()} is the name used outside. */
public enum IndexedBy {
    CPU_ID,
    /** The concurrency id of the memory map: small numbers, however many CPUs there are. */
    MM_CID;

    @Override
    public String toString() {
        return Names.of(this);
    }
}
