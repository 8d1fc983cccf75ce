package dev.percpu.rseq;

import dev.percpu.binding.SelfTestCalls;
import java.util.BitSet;

/**
 * The runner of the self-test. A victim thread runs critical sections while a disturber thread interrupts it: first by preemption on the
 * same CPU, then by migration to another CPU.
 *
 * <p>Stateless. A run takes a few milliseconds on an idle machine. Each of the two parts ends after at most 25 ms.
 */
final class SelfTestRunner {
    /** Restarts after which a part ends. Preemption may take a scheduler tick, 1 to 4 ms, for each. */
    private static final int TARGET_RESTARTS = 5;

    /**
     * Restarts that each part needs for a result. A kernel that does not restart sections is detected at the first interruption. A busy
     * machine allows only a few restarts.
     */
    private static final int MIN_RESTARTS = 3;

    private static final long BUDGET_NANOS = 25_000_000;

    private SelfTestRunner() {}

    /**
     * Runs both parts.
     *
     * @param allowed CPUs that this process may run on, at least one; the test uses the first two
     */
    static SelfTest run(BitSet allowed) {
        long started = System.nanoTime();
        int cpu = allowed.nextSetBit(0);
        int second = allowed.nextSetBit(cpu + 1);
        Part preemption = part(cpu, cpu);
        Part migration = second < 0 || preemption.violations > 0 ? Part.NONE : part(cpu, second);
        int violations = preemption.violations + migration.violations;
        long micros = (System.nanoTime() - started) / 1000;
        return new SelfTest(
                result(violations, preemption, migration),
                preemption.restarts + migration.restarts,
                violations,
                micros);
    }

    /** Returns the result: {@code SKIPPED} without a second CPU, or with too few restarts in one part. */
    private static SelfTest.Result result(int violations, Part preemption, Part migration) {
        if (violations > 0) {
            return SelfTest.Result.FAILED;
        }
        boolean enough = preemption.restarts >= MIN_RESTARTS && migration.restarts >= MIN_RESTARTS;
        return enough ? SelfTest.Result.PASSED : SelfTest.Result.SKIPPED;
    }

    /** The counts of one part. */
    private record Part(int restarts, int violations) {
        static final Part NONE = new Part(0, 0);
    }

    private static Part part(int cpu, int targetCpu) {
        try (SelfTestCalls calls = new SelfTestCalls(cpu, targetCpu, TARGET_RESTARTS, BUDGET_NANOS)) {
            Thread victim = thread("percpu-self-test-victim", calls::runVictim);
            Thread disturber = thread("percpu-self-test-disturber", calls::runDisturber);
            join(victim);
            join(disturber);
            return new Part(calls.restarts(), calls.violations());
        }
    }

    private static Thread thread(String name, Runnable side) {
        return Thread.ofPlatform().name(name).daemon().start(side);
    }

    /** Waits for a thread that ends within the budget. An interrupt of the caller is restored afterwards. */
    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
