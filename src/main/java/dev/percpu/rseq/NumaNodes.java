package dev.percpu.rseq;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A lookup of the NUMA node of a CPU. Linux links each CPU's folder in sysfs to the folder of its node: {@code
 * /sys/devices/system/cpu/cpu0/node0} (source: Documentation/ABI/stable/sysfs-devices-node).
 *
 * <p>Thread-safe. Each call reads the file system.
 */
public final class NumaNodes {

    private static final String PREFIX = "node";

    private final Path cpus;

    public NumaNodes() {
        this(Path.of("/sys/devices/system/cpu"));
    }

    /** @param cpus folder of sysfs with one folder for each CPU */
    NumaNodes(Path cpus) {
        this.cpus = cpus;
    }

    /** Returns the number of a CPU's node; null where sysfs does not have it, as in many sandboxes. */
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
