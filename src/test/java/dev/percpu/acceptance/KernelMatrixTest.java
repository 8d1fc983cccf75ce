package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.percpu.acceptance.Testbeds.Kernel;
import dev.percpu.rseq.ReportedFindings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.TestAbortedException;

/** Runs the native library in emulated machines, with each libc, on each series of x86-64 and arm64 kernels from 5.10 on. */
@Tag("acceptance")
class KernelMatrixTest {

    private static final List<String> ARCHS = List.of("amd64", "arm64");
    private static final List<String> SUITES = List.of("bookworm", "bullseye", "trixie", "trixie-backports", "sid");
    private static final List<String> LIBCS = List.of("bullseye", "bookworm", "trixie", "sid", "musl");

    /** The versions of glibc of the suites that do not change any more. */
    private static final Map<String, String> VERSIONS =
            Map.of("bullseye", "2.31", "bookworm", "2.36", "trixie", "2.41");

    /** The libcs for older kernels of a series: one does not register threads, one does. */
    private static final List<String> TWO_LIBCS = List.of("bullseye", "sid");

    /** Longer than in the service: an emulated processor is interrupted rarely. */
    private static final long BUDGET_NANOS = 3_000_000_000L;

    private static final int RECORDS = 10_000;
    private static final int SLOW_RECORDS = 2_000;

    /** Enough that broken sections always lose records: with a third of this, several sums are wrong already. */
    private static final int FORCED_RECORDS = 6_000;

    /** Runs of the driver: the shipped library, slow sections, and, on arm64, slow sections in spite of a failed self-test. */
    private static final String SHIPPED = "driver";

    private static final String SLOW = "slow";
    private static final String FORCED = "forced";

    /** HWCAP_USCAT of arm64, which QEMU reports from version 8.1 on; see driver.c. */
    private static final long PAIRS = 1 << 25;

    @TempDir
    private Path directory;

    private final WorldsTable worlds = new WorldsTable("kernel");

    @TestFactory
    Stream<DynamicTest> shouldCountExactlyAndDetectBrokenKernels() throws IOException, InterruptedException {
        MatrixTable table = new MatrixTable("kernel");
        List<DynamicTest> cells = new ArrayList<>();
        List<Kernel> selected = new ArrayList<>();
        for (String arch : ARCHS) {
            List<Kernel> all = new ArrayList<>();
            for (String suite : SUITES) {
                all.addAll(kernels(suite, arch, table, cells));
            }
            for (String missing : KernelSelection.missing(arch, all)) {
                cells.add(skipped(table, arch + " " + missing, "Debian no longer has such a kernel"));
            }
            selected.addAll(KernelSelection.select(all));
        }
        assertThat(selected)
                .as("kernels of bookworm")
                .filteredOn(it -> it.suite().equals("bookworm"))
                .hasSize(ARCHS.size());
        Prefetch<Kernel, Path> images = Prefetch.of(selected, KernelMatrixTest::image, 1);
        for (String arch : ARCHS) {
            List<Kernel> ofArch =
                    selected.stream().filter(it -> it.arch().equals(arch)).toList();
            Map<String, Path> libcs = libcs(arch);
            Map<String, Path> two = new LinkedHashMap<>(libcs);
            two.keySet().retainAll(TWO_LIBCS);
            Path archive = VirtualMachine.pack(directory.resolve(arch), arch, libcs, runs(arch));
            Path smallArchive = VirtualMachine.pack(directory.resolve(arch + "-two"), arch, two, runs(arch));
            for (Kernel kernel : ofArch) {
                boolean newest = KernelSelection.isNewest(kernel, ofArch);
                Machine machine = new Machine(kernel, images, newest ? archive : smallArchive);
                for (String libc : newest ? LIBCS : TWO_LIBCS) {
                    cells.add(dynamicTest(
                            arch + " " + kernel.release() + " " + libc,
                            () -> table.cell(
                                    "%s %-8s %s".formatted(arch, kernel.release(), libc),
                                    remarks -> check(machine, libc, remarks))));
                }
            }
        }
        cells.add(dynamicTest("table in the document", worlds::check));
        return cells.stream();
    }

    private static Map<String, List<String>> runs(String arch) {
        long hwcap = arch.equals("arm64") ? PAIRS : 0;
        Map<String, List<String>> runs = new LinkedHashMap<>();
        runs.put(SHIPPED, MatrixPrograms.driver("/libpercpu.so", BUDGET_NANOS, RECORDS, hwcap));
        runs.put(SLOW, MatrixPrograms.driver("/slow.so", BUDGET_NANOS, SLOW_RECORDS, hwcap));
        if (arch.equals("arm64")) {
            List<String> forced =
                    new ArrayList<>(MatrixPrograms.driver("/slow.so", BUDGET_NANOS, FORCED_RECORDS, hwcap));
            forced.add("rseq");
            runs.put(FORCED, forced);
        }
        return runs;
    }

    /** Returns the kernels of a suite. A suite that cannot be reached becomes a skipped cell, except bookworm, which must exist. */
    private static List<Kernel> kernels(String suite, String arch, MatrixTable table, List<DynamicTest> cells)
            throws IOException {
        try {
            return Testbeds.kernels(suite, arch);
        } catch (Testbeds.GoneException gone) {
            if (suite.equals("bookworm")) {
                throw gone;
            }
            cells.add(skipped(table, arch + " kernels of " + suite, String.valueOf(gone.getMessage())));
            return List.of();
        }
    }

    private static DynamicTest skipped(MatrixTable table, String name, String reason) {
        return dynamicTest(
                name,
                () -> table.cell(name, remarks -> {
                    throw new TestAbortedException(reason);
                }));
    }

    private static Path image(Kernel kernel) throws IOException {
        try (Stream<Path> files = Files.walk(Testbeds.kernel(kernel))) {
            return files.filter(file -> file.getFileName().toString().startsWith("vmlinuz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no vmlinuz of " + kernel));
        }
    }

    /** Returns the libcs that the archive has, in order. */
    private static Map<String, Path> libcs(String arch) throws IOException {
        Map<String, Path> libcs = new LinkedHashMap<>();
        for (String name : LIBCS) {
            try {
                libcs.put(name, Testbeds.libc(name, arch));
            } catch (Testbeds.GoneException gone) {
                if (name.equals("bookworm")) {
                    throw gone;
                }
            }
        }
        return libcs;
    }

    /** An emulated machine with one kernel. The first of its cells runs it, once. */
    private final class Machine {
        private final Kernel kernel;
        private final Prefetch<Kernel, Path> images;
        private final Path archive;
        private @Nullable Map<String, String> outputs;
        private @Nullable AssertionError failure;

        Machine(Kernel kernel, Prefetch<Kernel, Path> images, Path archive) {
            this.kernel = kernel;
            this.images = images;
            this.archive = archive;
        }

        Map<String, String> outputs() throws IOException, InterruptedException {
            if (failure != null) {
                throw failure;
            }
            if (outputs == null) {
                Path image = images.get(kernel, kernel.suite().equals("bookworm"));
                try {
                    outputs = VirtualMachine.run(
                            kernel.arch() + "-" + kernel.release(), kernel.arch(), image, archive, directory);
                } catch (AssertionError e) {
                    failure = e; // the other cells report the same failure
                    throw e;
                }
            }
            return outputs;
        }
    }

    private void check(Machine machine, String libc, MatrixTable.Remarks remarks)
            throws IOException, InterruptedException {
        Kernel kernel = machine.kernel;
        Map<String, String> outputs = machine.outputs();
        if (!outputs.containsKey(libc + "." + SHIPPED)) {
            throw new TestAbortedException("the libc of " + libc + " is not available");
        }
        boolean broken = KernelSelection.isBroken(kernel);
        Words probe = Words.parse(outputs.get(libc + ".probe"));
        Words shipped = Words.parse(outputs.get(libc + "." + SHIPPED));
        Words slow = Words.parse(outputs.get(libc + "." + SLOW));
        remarks.add(MatrixPrograms.describe(probe));
        remarks.add(MatrixPrograms.describeRun(shipped));
        remarks.add("slow sections: " + slow.textOrNull("cpuId.restarts") + " restarts");
        assertThat(probe.text("machine")).isEqualTo(MatrixPrograms.machine(kernel.arch()));
        assertThat(VERSIONS.getOrDefault(libc, probe.textOrNull("libcVersion")))
                .as("version of the libc of " + libc)
                .isEqualTo(probe.textOrNull("libcVersion"));
        for (Words driver : List.of(shipped, slow)) {
            MatrixPrograms.check(driver, probe);
            boolean pairs =
                    kernel.arch().equals("arm64") || driver.text("pairs").equals("1");
            assertThat(driver.text("selfTest")).isEqualTo(broken ? "failed" : "passed");
            assertThat(driver.text("mode")).isEqualTo(pairs && !broken ? "rseq" : "atomic");
        }
        checkFindings(kernel, probe, shipped, broken);
        world(kernel, libc, probe, shipped);
        if (slow.text("mode").equals("rseq")) {
            assertThat(slow.number("cpuId.restarts"))
                    .as("restarts of slow sections")
                    .isPositive();
        }
        if (outputs.containsKey(libc + "." + FORCED)) {
            checkForced(Words.parse(outputs.get(libc + "." + FORCED)), broken, remarks);
        }
    }

    /** Derives the findings from what this machine reports, and compares them with the known properties of kernel and libc. */
    private static void checkFindings(Kernel kernel, Words probe, Words driver, boolean broken) {
        List<String> expected = new ArrayList<>();
        if (broken) {
            expected.add("broken-arm64-kernel");
        }
        if (probe.text("libc").equals("glibc") && !probe.has("rseqSize")) {
            expected.add("libc-too-old");
        }
        if (KernelSelection.BY_RELEASE.compare(kernel.release(), "6.3") < 0) {
            expected.add("kernel-too-old-for-mm-cid");
        }
        assertThat(ReportedFindings.of(
                        probe.text("kernel"),
                        probe.text("machine"),
                        probe.numberOrNull("featureSize"),
                        probe.text("libc"),
                        probe.numberOrNull("rseqSize"),
                        probe.text("owner"),
                        driver.text("selfTest"),
                        driver.number("violations")))
                .isEqualTo(expected);
    }

    private void world(Kernel kernel, String libc, Words probe, Words driver) {
        String version = probe.textOrNull("libcVersion");
        Integer length = probe.numberOrNull("length");
        worlds.add(
                MatrixPrograms.machine(kernel.arch()) + ", Linux " + kernel.series(),
                version == null ? libc : "glibc " + version,
                probe.text("owner"),
                length == null ? "unknown" : length + " bytes, " + MatrixPrograms.layout(length),
                driver.text("activeSize"),
                driver.text("selfTest"),
                driver.text("mode"));
    }

    /** Checks that sections lose records exactly on the kernels on which the self-test fails. */
    private static void checkForced(Words forced, boolean broken, MatrixTable.Remarks remarks) {
        Map<String, String> lost = MatrixPrograms.lost(forced);
        assertThat(forced.text("mode")).isEqualTo("rseq");
        if (broken) {
            remarks.add("sections in spite of it: " + lost.size() + " sums wrong");
            assertThat(lost).isNotEmpty();
        } else {
            assertThat(lost).isEmpty();
        }
    }
}
