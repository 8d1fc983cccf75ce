package dev.percpu.abi;

import dev.percpu.binding.SelfTestSides;
import java.util.BitSet;

/**
 * Runs the self-test: sections that are interrupted by a thread of the same CPU, then sections that are sent to another CPU. About 10 ms;
 * each part gives up after its budget.
 */
final class SelfTestRunner {
    private static final int WANTED_RESTARTS = 20;
    private static final long BUDGET_NANOS = 25_000_000;

    private SelfTestRunner() {}

    /** @param usable CPUs to run on; the first two that take us are used */
    static SelfTest run(BitSet usable) {
        long started = System.nanoTime();
        int restarts = 0;
        int violations = 0;
        boolean preempted = false;
        for (int cpu = usable.nextSetBit(0); cpu >= 0; cpu = usable.nextSetBit(cpu + 1)) {
            Part preemption = part(cpu, cpu);
            if (preemption.refused) {
                continue; // not one of our CPUs: the next may be
            }
            restarts += preemption.restarts;
            violations += preemption.violations;
            preempted = preemption.restarts >= WANTED_RESTARTS;
            int other = usable.nextSetBit(cpu + 1);
            if (other >= 0 && violations == 0) {
                Part migration = part(cpu, other);
                restarts += migration.restarts;
                violations += migration.violations;
            }
            break;
        }
        long micros = (System.nanoTime() - started) / 1000;
        SelfTest.Result result =
                violations > 0 ? SelfTest.Result.FAILED : preempted ? SelfTest.Result.PASSED : SelfTest.Result.SKIPPED;
        return new SelfTest(result, restarts, violations, micros);
    }

    private record Part(int restarts, int violations, boolean refused) {}

    private static Part part(int cpu, int otherCpu) {
        try (SelfTestSides sides = new SelfTestSides(cpu, otherCpu, WANTED_RESTARTS, BUDGET_NANOS)) {
            int[] errors = new int[1];
            Thread victim = thread("percpu-self-test-victim", () -> errors[0] = sides.runVictim());
            Thread disturber = thread("percpu-self-test-disturber", sides::runDisturber);
            join(victim);
            join(disturber);
            return new Part(sides.restarts(), sides.violations(), errors[0] != 0);
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
