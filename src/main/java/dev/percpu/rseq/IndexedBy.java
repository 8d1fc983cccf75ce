package dev.percpu.rseq;

/** The field of struct rseq that selects the shard of a record. {@link #toString()} is its name in reports. */
public enum IndexedBy {
    /** The number of the CPU. */
    CPU_ID(Fields.CPU_ID),
    /**
     * The concurrency id of the process' memory map. It is unique among the running tasks of the process, and close to 0 when few
     * of them run.
     */
    MM_CID(Fields.MM_CID);

    private final int offset;

    IndexedBy(int offset) {
        this.offset = offset;
    }

    /** Returns the offset of the field in struct rseq, in bytes. */
    public int offset() {
        return offset;
    }

    @Override
    public String toString() {
        return ReportNames.of(this);
    }
}
