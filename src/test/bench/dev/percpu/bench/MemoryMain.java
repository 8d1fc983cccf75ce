package dev.percpu.bench;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.RegistryOn;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.shard.ShardPlan;
import dev.percpu.shard.ShardedCellStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that registers series with four tags and prints their memory and registration time.
 *
 * <p>The first number is the bytes per series: heap after a garbage collection, resident memory of the shards, and growth of the process'
 * page tables. The second number is the nanoseconds per registration.
 */
final class MemoryMain {
    /** One amount for each bucket of a percentile histogram from 1 ms to 30 s. */
    private static final long[] AMOUNTS_NANOS = amounts();

    private MemoryMain() {}

    /**
     * Measures one kind of series.
     *
     * @param args implementation; kind ({@code counter}, or the {@link Shape} of a timer); number of series; number of CPUs that record
     *     into each series, at least 0; number of simulated CPUs, or 0 for the real ones; number of series that are registered in another
     *     registry before the measurement
     */
    public static void main(String[] args) throws Exception {
        String kind = args[1];
        int series = Integer.parseInt(args[2]);
        int cpus = Integer.parseInt(args[3]);
        int simulated = Integer.parseInt(args[4]);
        int warmUps = Integer.parseInt(args[5]);
        // The warm-up keeps classes, caches and the first pages out of the figures.
        register(Impl.open(args[0]), kind, warmUps, "warm-up");
        MeterRegistry registry = simulated == 0 ? Impl.open(args[0]) : wide(simulated);
        record(register(registry, kind, 10, "first"), Math.max(cpus, 1));
        long before = footprint(registry);
        long start = System.nanoTime();
        List<Meter> meters = register(registry, kind, series, "items");
        double nanosPerRegistration = (double) (System.nanoTime() - start) / series;
        record(meters, cpus);
        meters = null; // the list is not part of the series' memory
        long grown = footprint(registry) - before;
        System.out.printf("%.1f %.1f%n", (double) grown / series, nanosPerRegistration);
        Reference.reachabilityFence(registry);
    }

    /** Opens a percpu registry as on a host with this number of CPUs. */
    private static MeterRegistry wide(int cpus) {
        RseqStatus status = RseqProbe.status();
        return RegistryOn.store(
                new ShardedCellStore(new ShardPlan(cpus, status.indexedBy().offset())));
    }

    private static List<Meter> register(MeterRegistry registry, String kind, int series, String prefix) {
        List<Meter> meters = new ArrayList<>(series);
        for (int i = 0; i < series; i++) {
            String[] tags = {"method", "GET", "outcome", "SUCCESS", "status", "200", "uri", "/" + prefix + "/" + i};
            meters.add(
                    kind.equals("counter")
                            ? Counter.builder("requests").tags(tags).register(registry)
                            : Shape.valueOf(kind)
                                    .applyTo(Timer.builder("requests").tags(tags))
                                    .register(registry));
        }
        return meters;
    }

    private static void record(List<Meter> meters, int cpus) throws InterruptedException {
        for (int cpu = 0; cpu < cpus; cpu++) {
            int pinned = cpu;
            Thread thread = Thread.ofPlatform().start(() -> {
                Affinity.pin(pinned);
                meters.forEach(MemoryMain::record);
            });
            thread.join();
        }
    }

    private static void record(Meter meter) {
        if (meter instanceof Counter counter) {
            counter.increment();
            counter.increment(0.5);
        } else {
            for (long nanos : AMOUNTS_NANOS) {
                ((Timer) meter).record(nanos, TimeUnit.NANOSECONDS);
            }
        }
    }

    private static long[] amounts() {
        long[] bounds = Shape.HISTOGRAM.boundsNanos();
        long[] amounts = new long[bounds.length + 1];
        System.arraycopy(bounds, 0, amounts, 0, bounds.length);
        amounts[bounds.length] = TimeUnit.MINUTES.toNanos(2);
        return amounts;
    }

    /** Returns the bytes of heap, shards and page tables. */
    private static long footprint(MeterRegistry registry) throws IOException, InterruptedException {
        long heap = Long.MAX_VALUE;
        for (int i = 0; i < 6; i++) {
            System.gc();
            Thread.sleep(50);
            heap = Math.min(
                    heap,
                    ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed());
        }
        long shards = registry instanceof PerCpuMeterRegistry percpu
                ? percpu.statistics().residentBytes()
                : 0;
        return heap + shards + pageTables();
    }

    private static long pageTables() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmPTE:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElse(0);
        }
    }
}
