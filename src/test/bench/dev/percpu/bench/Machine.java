package dev.percpu.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A description of the machine that runs the benchmarks. Stateless. */
public final class Machine {
    private Machine() {}

    /** The first two numbers of a kernel release. The rest names the vendor's build. */
    private static final Pattern KERNEL_SERIES = Pattern.compile("^\\d+\\.\\d+");

    /** Returns the processor, number of CPUs, architecture, kernel series and JVM version, by their keys in {@code report.json}. */
    public static Map<String, Object> describe() {
        Map<String, Object> machine = new LinkedHashMap<>();
        machine.put("processor", processor());
        machine.put("cpus", Runtime.getRuntime().availableProcessors());
        machine.put("architecture", System.getProperty("os.arch"));
        machine.put("kernel", kernel(System.getProperty("os.name"), System.getProperty("os.version")));
        machine.put("jdk", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"));
        return machine;
    }

    /** Returns processor, CPUs, kernel and JVM of a description in one line. */
    public static String line(Map<String, Object> machine) {
        return machine.get("processor") + ", " + machine.get("cpus") + " CPUs, " + machine.get("kernel") + ", "
                + machine.get("jdk");
    }

    /** Returns the system's name with the kernel series, for example {@code Linux 6.18} for the release {@code 6.18.44-rc1}. */
    static String kernel(String system, String release) {
        Matcher series = KERNEL_SERIES.matcher(release);
        return series.find() ? system + " " + series.group() : system;
    }

    private static String processor() {
        try (var lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            return "unknown";
        }
    }
}
