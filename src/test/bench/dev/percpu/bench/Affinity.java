package dev.percpu.bench;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;

/** Keeps a thread on one CPU: sched_setaffinity(2). Stateless. */
final class Affinity {
    private interface C extends Library {
        C INSTANCE = Native.load(null, C.class);

        int sched_setaffinity(int thread, NativeLong bytes, Memory set);
    }

    private Affinity() {}

    /**
     * Moves the calling thread, which must be a platform thread, for good.
     *
     * @throws IllegalStateException if that CPU is not ours to use
     */
    static void pin(int cpu) {
        try (Memory set = new Memory(1024)) {
            set.clear();
            set.setByte(cpu / 8, (byte) (1 << cpu % 8));
            if (C.INSTANCE.sched_setaffinity(0, new NativeLong(set.size()), set) != 0) {
                throw new IllegalStateException("CPU " + cpu + " cannot be had");
            }
        }
    }
}
