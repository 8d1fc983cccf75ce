package dev.percpu.shard;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/** The CPUs on which a thread may run, by sched_getaffinity(2) and sched_setaffinity(2) through JNA. Thread-safe. */
final class CpuAffinity {
    /** Size of the kernel's CPU set: the largest number of CPUs that a kernel can be built for. */
    private static final int BITS = 8192;

    private interface C extends Library {
        C INSTANCE = Native.load(null, C.class);

        int gettid();

        int sched_getaffinity(int thread, NativeLong bytes, Memory set);

        int sched_setaffinity(int thread, NativeLong bytes, Memory set);
    }

    private CpuAffinity() {}

    /** Returns the kernel's id of the calling thread. For a virtual thread, it is the id of its present carrier. */
    static int currentThread() {
        return C.INSTANCE.gettid();
    }

    /** Returns the CPUs on which a thread may run. */
    static BitSet of(int thread) {
        try (Memory set = new Memory(BITS / 8)) {
            set.clear();
            if (C.INSTANCE.sched_getaffinity(thread, new NativeLong(set.size()), set) < 0) {
                throw new IllegalStateException("sched_getaffinity(" + thread + ") failed");
            }
            return BitSet.valueOf(set.getByteArray(0, BITS / 8));
        }
    }

    /** Sets the CPUs of a thread of this process. Returns false if the thread has ended, or the process may not use these CPUs. */
    static boolean set(int thread, BitSet cpus) {
        if (!Files.exists(Path.of("/proc/self/task/" + thread))) {
            return false; // another process may have the id now
        }
        try (Memory set = new Memory(BITS / 8)) {
            set.clear();
            byte[] bits = cpus.toByteArray();
            set.write(0, bits, 0, bits.length);
            return C.INSTANCE.sched_setaffinity(thread, new NativeLong(set.size()), set) == 0;
        }
    }
}
