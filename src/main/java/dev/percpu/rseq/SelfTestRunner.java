package dev.percpu.rseq;

import dev.percpu.binding.SelfTestSides;
import java.util.BitSet;

/**
 * Runs the self-test: sections that are interrupted by a thread of the same CPU, then sections that are sent to another CPU. About 10 ms;
 * each part gives up after its budget.
 */
final class SelfTestRunner {
    private static final int WANTED_RESTARTS = 20;

    /** Of each kind: where sections are broken the first interruption shows it. A busy machine grants fewer than are wanted. */
    private static final int ENOUGH_RESTARTS = 3;

    private static final long BUDGET_NANOS = 25_000_000;

    private SelfTestRunner() {}

    /** @param allowed CPUs that this process may run on; the first two are used */
    static SelfTest run(BitSet allowed) {
        long started = System.nanoTime();
        int cpu = allowed.nextSetBit(0);
        int other = allowed.nextSetBit(cpu + 1);
        Part preemption = part(cpu, cpu);
        Part migration = other < 0 || preemption.violations > 0 ? Part.NONE : part(cpu, other);
        int violations = preemption.violations + migration.violations;
        long micros = (System.nanoTime() - started) / 1000;
        return new SelfTest(
                result(violations, preemption, migration),
                preemption.restarts + migration.restarts,
                violations,
                micros);
    }

    /** Without a second CPU, or with too few interruptions of either kind, nothing is known. */
    private static SelfTest.Result result(int violations, Part preemption, Part migration) {
        if (violations > 0) {
            return SelfTest.Result.FAILED;
        }
        boolean enough = preemption.restarts >= ENOUGH_RESTARTS && migration.restarts >= ENOUGH_RESTARTS;
        return enough ? SelfTest.Result.PASSED : SelfTest.Result.SKIPPED;
    }

    private record Part(int restarts, int violations) {
        static final Part NONE = new Part(0, 0);
    }

    private static Part part(int cpu, int otherCpu) {
        try (SelfTestSides sides = new SelfTestSides(cpu, otherCpu, WANTED_RESTARTS, BUDGET_NANOS)) {
            Thread victim = thread("percpu-self-test-victim", sides::runVictim);
            Thread disturber = thread("percpu-self-test-disturber", sides::runDisturber);
            join(victim);
            join(disturber);
            return new Part(sides.restarts(), sides.violations());
        }
    }

    private static Thread thread(String name, Runnable side) {
        return Thread.ofPlatform().name(name).daemon().start(side);
    }

    /** Both sides end within the budget, so an interruption of the caller is kept for later. */
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
