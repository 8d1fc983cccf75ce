package dev.percpu.rseq;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which NUMA node a CPU belongs to. Linux links each CPU's folder to its node's:
 * {@code /sys/devices/system/cpu/cpu0/node0} (Documentation/ABI/stable/sysfs-devices-node). Stateless but for the folder.
 */
public final class NumaNodes {

    private static final String PREFIX = "node";

    private final Path cpus;

    public NumaNodes() {
        this(Path.of("/sys/devices/system/cpu"));
    }

    public NumaNodes(Path cpus) {
        this.cpus = cpus;
    }

    /** The node of a CPU; null where the system does not tell, as in many sandboxes. */
    public @Nullable Integer of(int cpu) {
        try (DirectoryStream<Path> nodes = Files.newDirectoryStream(cpus.resolve("cpu" + cpu), PREFIX + "[0-9]*")) {
            for (Path node : nodes) {
                return Integer.valueOf(node.getFileName().toString().substring(PREFIX.length()));
            }
            return null;
        } catch (IOException | NumberFormatException e) {
            return null;
        }
    }
}
