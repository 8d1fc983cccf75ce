package dev.percpu.service;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which CPUs the machine has, which of them run, and to which NUMA node each belongs, as Linux tells under {@code /sys/devices/system}
 * (Documentation/admin-guide/cputopology.rst). A snapshot: CPUs come and go. Immutable.
 *
 * @param possible CPUs that could ever run, null where the system does not tell
 * @param online CPUs that run now, null where the system does not tell
 * @param nodes the NUMA node by CPU; empty where the system does not tell
 */
record CpuTopology(@Nullable BitSet possible, @Nullable BitSet online, Map<Integer, Integer> nodes) {

    private static final Path SYSTEM = Path.of("/sys/devices/system");
    private static final Pattern NODE = Pattern.compile("node(\\d{1,6})");

    /** No Linux has this many CPUs; a list that names more is not one. */
    private static final int MOST_CPUS = 1 << 16;

    /** Reads the topology of this machine; a few small files. What cannot be read is left out. */
    static CpuTopology read() {
        return read(SYSTEM);
    }

    static CpuTopology read(Path system) {
        return new CpuTopology(cpus(system.resolve("cpu/possible")), cpus(system.resolve("cpu/online")), nodes(system.resolve("node")));
    }

    /** How many CPUs could ever run; null if unknown. */
    @Nullable
    Integer possibleCount() {
        return possible == null ? null : possible.cardinality();
    }

    /** How many CPUs run now; null if unknown. */
    @Nullable
    Integer onlineCount() {
        return online == null ? null : online.cardinality();
    }

    /** Whether a CPU runs now; null if unknown. */
    @Nullable
    Boolean isOnline(int cpu) {
        return online == null ? null : online.get(cpu);
    }

    /** The NUMA node of a CPU; null if unknown. */
    @Nullable
    Integer node(int cpu) {
        return nodes.get(cpu);
    }

    private static Map<Integer, Integer> nodes(Path folder) {
        Map<Integer, Integer> nodes = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, "node*")) {
            for (Path entry : entries) {
                Matcher name = NODE.matcher(entry.getFileName().toString());
                BitSet members = name.matches() ? cpus(entry.resolve("cpulist")) : null;
                if (members != null) {
                    int node = Integer.parseInt(name.group(1));
                    members.stream().forEach(cpu -> nodes.put(cpu, node));
                }
            }
        } catch (IOException e) {
            return Map.of();
        }
        return Map.copyOf(nodes);
    }

    private static @Nullable BitSet cpus(Path file) {
        try {
            return parse(Files.readString(file).strip());
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * Reads a kernel CPU list such as {@code 0-3,8}; the empty list is valid (a node without CPUs).
     *
     * @throws IllegalArgumentException if it is not one
     */
    static BitSet parse(String list) {
        BitSet cpus = new BitSet();
        if (list.isEmpty()) {
            return cpus;
        }
        for (String range : list.split(",", -1)) {
            String[] ends = range.split("-", 2);
            int from = Integer.parseUnsignedInt(ends[0]);
            int to = ends.length == 1 ? from : Integer.parseUnsignedInt(ends[1]);
            if (from < 0 || to < from || to >= MOST_CPUS) {
                throw new IllegalArgumentException("no list of CPUs: " + list);
            }
            cpus.set(from, to + 1);
        }
        return cpus;
    }
}
