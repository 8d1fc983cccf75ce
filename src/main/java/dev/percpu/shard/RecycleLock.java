package dev.percpu.shard;

import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;

/**
 * A lock between clearing the cells of removed meters and reading all cells. One lock for all regions of a store. Thread-safe.
 *
 * <p>Clearing does not wait for snapshots, so a snapshot may contain the old values of cells that were cleared while it was
 * made. Generations prevent that a new meter reports these values: a cell that was cleared reads as empty in every snapshot of
 * an older generation.
 */
final class RecycleLock {
    private static final int OPTIMISTIC_READS = 3;

    private final StampedLock lock = new StampedLock();

    /** Generation of the latest snapshot. It grows if cells were cleared since the snapshot before. */
    private int generation;

    private boolean clearedSinceSnapshot;

    /** Returns the generation of a snapshot. Must be called before the snapshot reads cells. */
    synchronized int nextSnapshot() {
        if (clearedSinceSnapshot) {
            generation++;
            clearedSinceSnapshot = false;
        }
        return generation;
    }

    /**
     * Clears cells while no thread is in {@link #readConsistently}.
     *
     * @return the generation of the first snapshot that cannot have read the cells before they were cleared
     */
    int clear(Runnable action) {
        long stamp = lock.writeLock();
        try {
            action.run();
        } finally {
            lock.unlockWrite(stamp);
        }
        synchronized (this) {
            clearedSinceSnapshot = true;
            return generation + 1;
        }
    }

    /**
     * Returns a result that was computed while no cells were cleared.
     *
     * @param reader computes the result from the cells; may be called several times
     */
    <T> T readConsistently(Supplier<T> reader) {
        for (int i = 0; i < OPTIMISTIC_READS; i++) {
            long stamp = lock.tryOptimisticRead();
            if (stamp != 0) {
                T result = reader.get();
                if (lock.validate(stamp)) {
                    return result;
                }
            }
        }
        long stamp = lock.readLock();
        try {
            return reader.get();
        } finally {
            lock.unlockRead(stamp);
        }
    }
}
