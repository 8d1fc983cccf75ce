package dev.percpu.nativecore;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.Finding;
import dev.percpu.rseq.FindingFacts;
import dev.percpu.rseq.FindingRule;
import dev.percpu.rseq.RecentIngest;
import dev.percpu.rseq.RecentRecords;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.shard.ShardStatistics;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * Prints the status and the findings of this process: a line {@code owner mode}, then a line {@code id severity what} for each finding. Before
 * them, a line {@code restarts N switches M} has the restarts that the library counted and the context switches that the kernel counted, of the
 * threads that recorded. After {@code end}, it waits for the end of its input, so that a test can inspect the process.
 */
final class FindingsMain {
    /** Threads that often wake up, and so interrupt threads that record. */
    private static final int DISTURBERS = 2;

    private FindingsMain() {}

    /** @param arguments the number of threads that record for a second before */
    public static void main(String[] arguments) throws InterruptedException, IOException {
        RseqStatus status = RseqProbe.status();
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
        if (arguments.length > 0) {
            long switches = record(registry.timer("records"), Integer.parseInt(arguments[0]));
            System.out.println("restarts " + registry.statistics().restarts() + " switches " + switches);
        }
        print(status, registry.statistics());
        awaitEndOfInput();
    }

    static void awaitEndOfInput() throws IOException {
        while (System.in.read() >= 0) {
            // until the test closes it
        }
    }

    /** Returns the context switches of the threads that recorded. */
    private static long record(Timer timer, int count) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(1);
        LongAdder switches = new LongAdder();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                while (System.nanoTime() < end) {
                    timer.record(1, TimeUnit.NANOSECONDS);
                }
                switches.add(contextSwitches());
            }));
        }
        for (int i = 0; i < DISTURBERS; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                while (System.nanoTime() < end) {
                    LockSupport.parkNanos(1); // the kernel's timer slack makes it about 50 us
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return switches.sum();
    }

    /** Returns how often the kernel has switched from the calling thread to another. Source: proc_pid_status(5). */
    private static long contextSwitches() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/thread-self/status"))) {
            return lines.filter(line -> line.contains("voluntary_ctxt_switches:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Prints the status and the findings for the records of all shards. */
    static void print(RseqStatus probed, ShardStatistics statistics) {
        RseqStatus current = RseqProbe.current(probed);
        long perCpu = statistics.shards().stream()
                .mapToLong(ShardStatistics.PerShard::records)
                .sum();
        RecentRecords records = new RecentRecords(
                perCpu + statistics.sharedRecords(), statistics.sharedRecords(), statistics.restarts());
        System.out.println(current.owner() + " " + current.mode());
        for (Finding finding : FindingRule.findings(FindingFacts.of(probed, current, records, RecentIngest.NONE))) {
            System.out.println(finding.id() + " " + finding.severity() + " " + finding.what());
        }
        System.out.println("end");
    }
}
