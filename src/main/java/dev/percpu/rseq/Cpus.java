package dev.percpu.rseq;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.stream.Stream;

/**
 * The CPUs of this machine, by their numbers. Immutable. Numbers need not be contiguous. A CPU that goes offline keeps its shard.
 *
 * @param possible numbers that a CPU can have while this kernel runs
 * @param online numbers of the CPUs that are online
 */
public record Cpus(BitSet possible, BitSet online) {
    private static final String ALLOWED = "Cpus_allowed_list:";
    private static final Path FOLDER = Path.of("/sys/devices/system/cpu");

    public Cpus {
        possible = (BitSet) possible.clone();
        online = (BitSet) online.clone();
    }

    @Override
    public BitSet possible() {
        return (BitSet) possible.clone();
    }

    @Override
    public BitSet online() {
        return (BitSet) online.clone();
    }

    /** Returns one more than the largest possible number. This is the number of shards when they are indexed by cpu_id. */
    public int shardCount() {
        return possible.length();
    }

    /** Reads the kernel's lists in sysfs. Where one is missing, returns as many CPUs as the JVM may use, numbered from 0. */
    public static Cpus read() {
        return read(FOLDER);
    }

    static Cpus read(Path folder) {
        BitSet usable = new BitSet();
        usable.set(0, Runtime.getRuntime().availableProcessors());
        return new Cpus(list(folder.resolve("possible"), usable), list(folder.resolve("online"), usable));
    }

    /** Returns the CPUs that this process may run on (Cpus_allowed_list in /proc/self/status); at least one. */
    static BitSet allowed() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(it -> it.startsWith(ALLOWED))
                    .map(it -> parse(it.substring(ALLOWED.length())))
                    .filter(it -> !it.isEmpty())
                    .findFirst()
                    .orElseGet(() -> read().online());
        } catch (IOException | NumberFormatException e) {
            return read().online();
        }
    }

    private static BitSet list(Path file, BitSet fallback) {
        try {
            BitSet cpus = parse(Files.readString(file));
            return cpus.isEmpty() ? fallback : cpus;
        } catch (IOException | NumberFormatException e) {
            return fallback;
        }
    }

    /** Parses the kernel's list format, {@code 0-3,8} (source: bitmap_parselist). */
    static BitSet parse(String list) {
        BitSet cpus = new BitSet();
        for (String range : list.strip().split(",")) {
            if (!range.isBlank()) {
                String[] ends = range.strip().split("-");
                cpus.set(Integer.parseInt(ends[0]), Integer.parseInt(ends[ends.length - 1]) + 1);
            }
        }
        return cpus;
    }
}
