package dev.percpu.binding;

import com.sun.jna.Memory;

/**
 * The memory that the two threads of a self-test share, and the two calls they make; {@code self_test.c} says what they do. Each call is
 * for a thread of its own that ends afterwards: its CPU affinity is changed.
 */
public final class SelfTestSides implements AutoCloseable {
    /** struct percpu_self_test; a test compares with the C side. */
    static final int BYTES = 56;

    static final int CPU = 16;
    static final int OTHER_CPU = 20;
    static final int WANTED = 24;
    static final int RESTARTS = 28;
    static final int VIOLATIONS = 32;
    static final int BUDGET_NANOS = 40;

    private final Memory test = new Memory(BYTES);

    /**
     * @param cpu where both threads run
     * @param otherCpu where the victim is sent to and back; the same as cpu: it is preempted instead
     * @param wanted restarts to see before the test has passed
     * @param budgetNanos after which the victim gives up
     */
    public SelfTestSides(int cpu, int otherCpu, int wanted, long budgetNanos) {
        test.clear();
        test.setInt(CPU, cpu);
        test.setInt(OTHER_CPU, otherCpu);
        test.setInt(WANTED, wanted);
        test.setLong(BUDGET_NANOS, budgetNanos);
    }

    /** Runs critical sections until the test is decided. Returns 0 or -errno. */
    public int runVictim() {
        ensureOpen();
        int error = ControlCalls.registerThread();
        return error != 0 ? error : ControlCalls.functions().percpu_self_test_victim(test);
    }

    /** Interrupts the victim until it is done. Returns 0 or -errno. */
    public int runDisturber() {
        ensureOpen();
        return ControlCalls.functions().percpu_self_test_disturb(test);
    }

    public int restarts() {
        return test.getInt(RESTARTS);
    }

    public int violations() {
        return test.getInt(VIOLATIONS);
    }

    private void ensureOpen() {
        if (!test.valid()) {
            throw new IllegalStateException("this self-test is closed");
        }
    }

    @Override
    public void close() {
        test.close();
    }
}
