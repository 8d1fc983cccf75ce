package dev.percpu.bench.ingest;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;

/**
 * The CPU time of other processes, by their CPU-time clocks; see clock_getcpuclockid(3). Stateless and thread-safe.
 *
 * <p>It has nanoseconds, where {@code /proc/PID/stat} has hundredths of a second. It includes threads that have ended, which the sum over
 * {@code /proc/PID/task} lacks.
 */
final class ProcessClock {
    private interface C extends Library {
        C INSTANCE = Native.load(null, C.class);

        int clock_getcpuclockid(int process, Memory clock);

        int clock_gettime(int clock, Memory time);
    }

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private ProcessClock() {}

    /**
     * Returns the CPU time of all threads of a process, in nanoseconds.
     *
     * @throws IllegalStateException if there is no such process
     */
    static long nanos(long pid) {
        try (Memory clock = new Memory(Integer.BYTES);
                Memory time = new Memory(2 * Long.BYTES)) {
            if (C.INSTANCE.clock_getcpuclockid((int) pid, clock) != 0
                    || C.INSTANCE.clock_gettime(clock.getInt(0), time) != 0) {
                throw new IllegalStateException("pid must be a running process, but was " + pid);
            }
            return time.getLong(0) * NANOS_PER_SECOND + time.getLong(Long.BYTES);
        }
    }
}
