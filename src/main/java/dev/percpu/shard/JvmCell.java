package dev.percpu.shard;

/** What a {@link JvmCellStore} needs to know of a cell to put it into a snapshot. */
interface JvmCell {
    /** Unique in the store, ascending in the order of making. */
    long number();

    /** Everything recorded up to now, as an immutable value. */
    Object value();
}
