package dev.percpu.rseq;

/** Which field of struct rseq chooses the shard. {@link #toString()} is the name used outside. */
public enum IndexedBy {
    CPU_ID(Fields.CPU_ID),
    /** The concurrency id of the memory map: small numbers, however many CPUs there are. */
    MM_CID(Fields.MM_CID);

    private final int offset;

    IndexedBy(int offset) {
        this.offset = offset;
    }

    /** Where the field is in struct rseq, bytes. */
    public int offset() {
        return offset;
    }

    @Override
    public String toString() {
        return Names.of(this);
    }
}
