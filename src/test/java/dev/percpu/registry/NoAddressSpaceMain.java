package dev.percpu.registry;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.shard.ShardPlan;
import dev.percpu.shard.ShardedCellStore;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Limits the address space of this process to little more than it uses (RLIMIT_AS), registers and records further meters, and prints the
 * scrape. The shards are sized for a host so large that not even the smallest region fits.
 */
final class NoAddressSpaceMain {
    private static final int RLIMIT_AS = 9;
    private static final int SHARDS = 8192;
    private static final long LEFT = 256L << 20;

    private NoAddressSpaceMain() {}

    private interface C extends Library {
        C INSTANCE = Native.load(null, C.class);

        int setrlimit(int resource, Memory limit);
    }

    public static void main(String[] arguments) throws IOException {
        int offset = RseqProbe.status().indexedBy().offset();
        PerCpuMeterRegistry registry = RegistryOn.store(new ShardedCellStore(new ShardPlan(SHARDS, offset)));
        Counter before = registry.counter("before"); // its region is reserved already
        before.increment();
        limit(virtualBytes() + LEFT);

        Counter sibling = registry.counter("sibling");
        sibling.increment(2);
        Timer timer = Timer.builder("timer")
                .serviceLevelObjectives(Duration.ofSeconds(1))
                .register(registry);
        for (int i = 0; i < 5; i++) {
            timer.record(Duration.ofMillis(500));
            registry.summary("summary").record(0.5);
        }
        before.increment();
        System.out.println(registry.scrape());
        System.out.println("shared " + registry.statistics().sharedRecords());
        registry.remove(timer);
        System.out.println("left " + registry.getMeters().size());
        System.exit(0);
    }

    private static void limit(long bytes) {
        try (Memory limit = new Memory(16)) {
            limit.setLong(0, bytes);
            limit.setLong(8, bytes);
            if (C.INSTANCE.setrlimit(RLIMIT_AS, limit) != 0) {
                throw new IllegalStateException("setrlimit failed");
            }
        }
    }

    private static long virtualBytes() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmSize:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst()
                    .orElseThrow();
        }
    }
}
