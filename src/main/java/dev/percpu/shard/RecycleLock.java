package dev.percpu.shard;

import java.util.concurrent.locks.StampedLock;
import java.util.function.Supplier;

/**
 * Keeps the clearing of cells apart from those who read all cells: a snapshot must not tell a new meter what the old one had counted, and
 * figures of a whole store must not miss what was just cleared. One for all chains of a store. Thread-safe.
 */
final class RecycleLock {
    private static final int OPTIMISTIC_READS = 3;

    private final StampedLock lock = new StampedLock();

    /** Of the latest snapshot; grows when something was cleared between two. */
    private int generation;

    private boolean clearedSince;

    /** Numbers a snapshot that is about to read cells. */
    synchronized int nextSnapshot() {
        if (clearedSince) {
            generation++;
            clearedSince = false;
        }
        return generation;
    }

    /**
     * Clears cells while nobody reads {@linkplain #withoutClearing all}.
     *
     * @return the number of the first snapshot that is sure not to have read them before; as long as there is none, they read as empty
     */
    int clear(Runnable action) {
        long stamp = lock.writeLock();
        try {
            action.run();
        } finally {
            lock.unlockWrite(stamp);
        }
        synchronized (this) {
            clearedSince = true;
            return generation + 1;
        }
    }

    /** Reads something that no clearing may change meanwhile; it may be read several times. */
    <T> T withoutClearing(Supplier<T> reader) {
        for (int i = 0; i < OPTIMISTIC_READS; i++) {
            long stamp = lock.tryOptimisticRead();
            if (stamp != 0) {
                T read = reader.get();
                if (lock.validate(stamp)) {
                    return read;
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
