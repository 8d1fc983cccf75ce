package dev.percpu.shard;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLong;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;

/** Which CPUs a thread may run on: sched_setaffinity(2) and its companions, through JNA. Thread-safe. */
final class CpuAffinity {
    /** Bits of the kernel's set: as many CPUs as one kernel can be built for. */
    private static final int BITS = 8192;

    private interface C extends Library {
        C INSTANCE = Native.load(null, C.class);

        int gettid();

        int sched_getaffinity(int thread, NativeLong bytes, Memory set);

        int sched_setaffinity(int thread, NativeLong bytes, Memory set);
    }

    private CpuAffinity() {}

    /** The kernel's number of the calling thread; in a virtual thread that of its carrier now. */
    static int currentThread() {
        return C.INSTANCE.gettid();
    }

    /** The CPUs that a thread may run on. */
    static BitSet of(int thread) {
        try (Memory set = new Memory(BITS / 8)) {
            set.clear();
            if (C.INSTANCE.sched_getaffinity(thread, new NativeLong(set.size()), set) < 0) {
                throw new IllegalStateException("sched_getaffinity(" + thread + ") failed");
            }
            return BitSet.valueOf(set.getByteArray(0, BITS / 8));
        }
    }

    /** Moves a thread of this process. Returns false when it has ended, or the CPUs are not ours to use. */
    static boolean set(int thread, BitSet cpus) {
        if (!Files.exists(Path.of("/proc/self/task/" + thread))) {
            return false; // its number may be somebody else's by now
        }
        try (Memory set = new Memory(BITS / 8)) {
            set.clear();
            byte[] bits = cpus.toByteArray();
            set.write(0, bits, 0, bits.length);
            return C.INSTANCE.sched_setaffinity(thread, new NativeLong(set.size()), set) == 0;
        }
    }
}
