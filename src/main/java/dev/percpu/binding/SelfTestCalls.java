package dev.percpu.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The two native calls of one self-test, with the memory that they share. {@code self_test.c} describes the test.
 *
 * <p>Thread-safe. Each call needs a thread of its own, which must end afterwards, because the call changes its CPU affinity.
 */
public final class SelfTestCalls implements AutoCloseable {
    // struct percpu_self_test: its size and the offsets of its fields, in bytes. A test compares them with
    // the C compiler's.
    static final int BYTES = 56;
    static final int CPU = 16;
    static final int OTHER_CPU = 20;
    static final int MIN_RESTARTS = 24;
    static final int RESTARTS = 28;
    static final int VIOLATIONS = 32;
    static final int BUDGET_NANOS = 40;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment test = arena.allocate(BYTES, Long.BYTES);
    private final ByteBuffer fields = test.asByteBuffer().order(ByteOrder.nativeOrder());

    /** The number of native calls that use the memory. Guarded by this. */
    private int running;

    /**
     * Prepares a self-test.
     *
     * @param cpu CPU on which both threads run
     * @param otherCpu CPU to which the victim is moved and back; if it equals {@code cpu}, the victim is preempted instead
     * @param minRestarts number of restarts after which the test ends
     * @param budgetNanos time after which the victim ends the test, in nanoseconds
     */
    public SelfTestCalls(int cpu, int otherCpu, int minRestarts, long budgetNanos) {
        fields.putInt(CPU, cpu);
        fields.putInt(OTHER_CPU, otherCpu);
        fields.putInt(MIN_RESTARTS, minRestarts);
        fields.putLong(BUDGET_NANOS, budgetNanos);
    }

    /**
     * Runs critical sections until the test ends.
     *
     * @return 0, or -errno if the thread cannot be registered or its affinity cannot be set
     * @throws IllegalStateException after {@link #close()}
     */
    public int runVictim() {
        begin();
        try {
            int error = PercpuLibrary.functions().percpu_thread_register();
            return error != 0 ? error : PercpuLibrary.functions().percpu_self_test_victim(test.address());
        } finally {
            end();
        }
    }

    /**
     * Interrupts the victim until it ends the test.
     *
     * @return 0, or -errno if the affinity of a thread cannot be set
     * @throws IllegalStateException after {@link #close()}
     */
    public int runDisturber() {
        begin();
        try {
            return PercpuLibrary.functions().percpu_self_test_disturb(test.address());
        } finally {
            end();
        }
    }

    /**
     * Returns the number of sections that were interrupted and restarted.
     *
     * @throws IllegalStateException after {@link #close()}
     */
    public synchronized int restarts() {
        ensureOpen();
        return fields.getInt(RESTARTS);
    }

    /**
     * Returns the number of sections that were interrupted and continued, which must not happen.
     *
     * @throws IllegalStateException after {@link #close()}
     */
    public synchronized int violations() {
        ensureOpen();
        return fields.getInt(VIOLATIONS);
    }

    private synchronized void begin() {
        ensureOpen();
        running++;
    }

    /** For tests. Returns the number of calls that run. */
    synchronized int running() {
        return running;
    }

    private synchronized void end() {
        running--;
    }

    private void ensureOpen() {
        if (!arena.scope().isAlive()) {
            throw new IllegalStateException("this self-test is closed");
        }
    }

    /**
     * Frees the memory.
     *
     * @throws IllegalStateException while a call runs
     */
    @Override
    public synchronized void close() {
        if (running > 0) {
            throw new IllegalStateException("this self-test must not be closed while " + running + " of its calls run");
        }
        if (arena.scope().isAlive()) {
            arena.close();
        }
    }
}
