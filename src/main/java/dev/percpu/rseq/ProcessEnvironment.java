package dev.percpu.rseq;

import dev.percpu.binding.Libc;
import dev.percpu.binding.PercpuLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the start of this process and its sandbox determine for rseq. Immutable.
 *
 * @param tunableOff whether the environment variable GLIBC_TUNABLES sets {@code glibc.pthread.rseq} to 0
 * @param seccompFilter whether a seccomp filter restricts the system calls of this process
 * @param gvisor whether the kernel is gVisor's
 * @param legacyLibraries files of the libraries that export {@code __rseq_abi}
 * @param unpackedLibrary file of the native library that was unpacked from the jar; null if none was
 */
record ProcessEnvironment(
        boolean tunableOff,
        boolean seccompFilter,
        boolean gvisor,
        List<String> legacyLibraries,
        @Nullable String unpackedLibrary) {

    private static final String TUNABLE = "glibc.pthread.rseq=";

    /** The value of {@code Seccomp} in {@code /proc/self/status} for filters (source: proc_pid_status(5)). */
    private static final String SECCOMP_FILTER = "Seccomp:\t2";

    /** The build in {@code /proc/version} of every gVisor before 2025; its release was 4.4.0. Later releases end with {@code -gvisor}. */
    private static final String GVISOR_BUILD = "#1 SMP Sun Jan 10 15:06:54 PST 2016";

    private static final String LEGACY_SYMBOL = "__rseq_abi";

    ProcessEnvironment {
        legacyLibraries = List.copyOf(legacyLibraries);
    }

    /** Returns the environment of this process, read at the first call. */
    static ProcessEnvironment current() {
        return Current.ENVIRONMENT;
    }

    private static final class Current {
        static final ProcessEnvironment ENVIRONMENT = read();
    }

    private static ProcessEnvironment read() {
        String tunables = System.getenv("GLIBC_TUNABLES");
        Path unpacked = PercpuLibrary.unpackedFile();
        boolean legacy = PercpuLibrary.unavailabilityCause() == null && Libc.exports(LEGACY_SYMBOL);
        return new ProcessEnvironment(
                tunables != null && turnsRseqOff(tunables),
                hasLine(Path.of("/proc/self/status"), SECCOMP_FILTER),
                isGvisor(System.getProperty("os.version"), firstLine(Path.of("/proc/version"))),
                legacy ? MappedLibraries.defining(LEGACY_SYMBOL) : List.of(),
                unpacked == null ? null : unpacked.toString());
    }

    /** Returns whether glibc reads 0 from a value of GLIBC_TUNABLES: the last assignment counts (source: elf/dl-tunables.c). */
    static boolean turnsRseqOff(String tunables) {
        boolean off = false;
        for (String tunable : tunables.split(":")) {
            if (tunable.startsWith(TUNABLE)) {
                off = isZero(tunable.substring(TUNABLE.length()));
            }
        }
        return off;
    }

    private static boolean isZero(String number) {
        try {
            return Long.decode(number.strip()) == 0;
        } catch (NumberFormatException e) {
            return false;
        }
    }

    static boolean isGvisor(String release, String version) {
        return release.endsWith("-gvisor") || version.contains(GVISOR_BUILD);
    }

    private static String firstLine(Path file) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.findFirst().orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    private static boolean hasLine(Path file, String line) {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.anyMatch(line::equals);
        } catch (IOException e) {
            return false;
        }
    }
}
