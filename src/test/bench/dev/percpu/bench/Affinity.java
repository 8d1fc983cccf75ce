package dev.percpu.bench;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;

/** A binding of threads to CPUs by sched_setaffinity(2). Stateless and thread-safe. */
final class Affinity {
    private interface C extends Library {
        C INSTANCE = Native.load(null, C.class);

        int sched_setaffinity(int thread, NativeLong bytes, Memory set);
    }

    private Affinity() {}

    /**
     * Binds the calling platform thread to one CPU until the thread ends.
     *
     * @param cpu number of the CPU, at least 0 and less than 8192
     * @throws IllegalStateException if this process may not use the CPU
     */
    static void pin(int cpu) {
        try (Memory set = new Memory(1024)) {
            set.clear();
            set.setByte(cpu / 8, (byte) (1 << cpu % 8));
            if (C.INSTANCE.sched_setaffinity(0, new NativeLong(set.size()), set) != 0) {
                throw new IllegalStateException("cpu must be a CPU that this process may use, but was " + cpu);
            }
        }
    }
}
