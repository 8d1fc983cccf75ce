package dev.percpu.bench;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/**
 * A JMH profiler of the CPU time that the process uses per operation, garbage collection included.
 *
 * <p>CPU time leaves out the time in which other processes use the CPU, so it is the better figure on a busy machine. It also leaves out
 * the time in which a thread waits.
 */
public final class CpuTime implements InternalProfiler {
    static final String RESULT = "cpu.time.norm";

    private static final AtomicLong EXCLUDED = new AtomicLong();

    private final OperatingSystemMXBean process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private long start;
    private long excludedBefore;

    /** Runs an action of a benchmark's set-up, whose CPU time in this thread belongs to no operation. */
    static void exclude(Runnable setUp) {
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        setUp.run();
        EXCLUDED.addAndGet(ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before);
    }

    @Override
    public String getDescription() {
        return "CPU time of the process per operation";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {
        start = process.getProcessCpuTime();
        excludedBefore = EXCLUDED.get();
    }

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        double nanos = process.getProcessCpuTime() - start - (EXCLUDED.get() - excludedBefore);
        return List.of(
                new ScalarResult(RESULT, nanos / result.getMetadata().getAllOps(), "ns/op", AggregationPolicy.AVG));
    }
}
