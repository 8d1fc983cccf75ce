package dev.percpu.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;

/** What a running process uses, as the kernel reports it. Stateless. */
final class ProcessUsage {
    private ProcessUsage() {}

    /** Returns a number of {@code /proc/PID/status}, such as that of {@code VmRSS} in kB; see proc_pid_status(5). */
    static long status(long pid, String key) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
            return lines.filter(line -> line.startsWith(key + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
        }
    }

    /** Returns the CPU time of all threads until now. */
    static Duration cpuTime(long pid) {
        return ProcessHandle.of(pid)
                .flatMap(process -> process.info().totalCpuDuration())
                .orElseThrow();
    }
}
