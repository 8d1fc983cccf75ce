package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.rseq.AbiRules;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The C programs in {@code src/test/native/matrix}, which {@code make acceptance} builds. Probe prints how rseq is registered; driver records
 * through the native library. Each is built once and runs on every libc. Stateless.
 */
final class MatrixPrograms {

    /** Restarts after which a part of the self-test ends, as in the service. */
    private static final int RESTARTS = 20;

    private static final int ORIGINAL_LENGTH = 32;
    private static final int ORIGINAL_ACTIVE_SIZE = 20;

    private MatrixPrograms() {}

    /** Returns the kernel's name of an architecture, for Debian's name of it. */
    static String machine(String arch) {
        return arch.equals("arm64") ? "aarch64" : "x86_64";
    }

    /** Returns Debian's name of the architecture of this machine. */
    static String hostArch() {
        return System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64";
    }

    /**
     * Returns the file of a program.
     *
     * @throws AssertionError if the program is not built
     */
    static Path program(String name, String arch) {
        return existing(
                MatrixTable.folder().resolve("programs").resolve(machine(arch)).resolve(name));
    }

    /**
     * Returns the shipped library.
     *
     * @throws AssertionError if it is not built, for example because no compiler for the architecture is installed
     */
    static Path library(String arch) {
        Path natives = Path.of(System.getProperty("test.native.dir", "target/native/META-INF/native"));
        return existing(natives.resolve("linux-" + machine(arch)).resolve("libpercpu.so"));
    }

    /** Returns the library with delays inside its sections, so that most interruptions hit a section. */
    static Path slowLibrary(String arch) {
        return existing(MatrixTable.folder()
                .resolve("programs/slow/META-INF/native/linux-" + machine(arch))
                .resolve("libpercpu.so"));
    }

    private static Path existing(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new AssertionError("There must be a file " + file + ". Run: make acceptance");
        }
        return file.toAbsolutePath();
    }

    /**
     * Returns the arguments of driver.
     *
     * @param budgetNanos limit for each part of the self-test, in nanoseconds
     * @param records number of records for each operation and thread
     * @param hwcap bits that are added to the AT_HWCAP of the kernel
     */
    static List<String> driver(String library, long budgetNanos, int records, long hwcap) {
        return List.of(library, "" + RESTARTS, "" + budgetNanos, "" + records, "" + hwcap);
    }

    /** Checks that the sums of driver are exact, and that driver and probe print the same registration. */
    static void check(Words driver, Words probe) {
        assertThat(lost(driver)).as("sums that differ from the records").isEmpty();
        assertThat(driver.text("owner")).isEqualTo(probe.text("owner"));
        if (probe.has("length")) { // Linux 5.13
            assertThat(probe.text("areaIsWhereSaid")).isEqualTo("1");
            assertThat(driver.text("length")).isEqualTo(probe.text("length"));
            assertThat(driver.number("activeSize")).isEqualTo(activeSize(probe));
            checkRules(probe);
        }
    }

    /** Returns the sums of a run that differ from its records, as {@code recorded/found} by name. */
    static Map<String, String> lost(Words driver) {
        assertThat(driver.values()).containsEntry("done", "1");
        assertThat(driver.values())
                .as("sums")
                .containsKeys("cpuId.long.sum", "cpuId.double.sum", "cpuId.long.n.sum", "cpuId.double.n.sum");
        Map<String, String> lost = new TreeMap<>();
        driver.values().forEach((key, value) -> {
            String[] sides = value.split("/");
            if (sides.length == 2) {
                assertThat(Long.parseLong(sides[0])).as(key).isPositive();
                if (!sides[0].equals(sides[1])) {
                    lost.put(key, value);
                }
            }
        });
        return lost;
    }

    /** Compares the conclusions of {@code dev.percpu.rseq} with the configuration that the kernel reports. */
    private static void checkRules(Words probe) {
        Integer featureSize = probe.numberOrNull("featureSize");
        AbiRules rules = probe.text("owner").equals("libc")
                ? AbiRules.ofLibc(probe.number("rseqSize"), featureSize, probe.numberOrNull("align"))
                : AbiRules.ofOwnRegistration(featureSize);
        assertThat(rules.length()).as("length by dev.percpu.rseq").isEqualTo(probe.number("length"));
        assertThat(rules.activeSize()).as("active size by dev.percpu.rseq").isEqualTo(activeSize(probe));
    }

    /** Returns the active size: the feature size of the kernel, but at most the registered length. */
    static int activeSize(Words probe) {
        Integer featureSize = probe.numberOrNull("featureSize");
        return Math.min(probe.number("length"), featureSize == null ? ORIGINAL_ACTIVE_SIZE : featureSize);
    }

    static String layout(int length) {
        return length > ORIGINAL_LENGTH ? "v2" : "legacy";
    }

    static String describe(Words probe) {
        @Nullable Integer length = probe.numberOrNull("length");
        return probe.textOrNull("libcVersion") + " " + probe.text("owner")
                + (length == null ? "" : " " + length + " bytes " + layout(length) + " active " + activeSize(probe));
    }

    static String describeRun(Words driver) {
        return "%s, self-test %s (%s restarts, %s violations), added %s"
                .formatted(
                        driver.textOrNull("mode"),
                        driver.textOrNull("selfTest"),
                        driver.textOrNull("preemptionRestarts"),
                        driver.textOrNull("violations"),
                        driver.textOrNull("cpuId.long.added"));
    }
}
