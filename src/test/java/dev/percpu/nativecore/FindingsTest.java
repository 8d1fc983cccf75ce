package dev.percpu.nativecore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.percpu.rseq.AreaOwner;
import dev.percpu.rseq.RseqProbe;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Makes findings true for real, by the environment of a process. The kernel's configuration of the threads of that process, which the C
 * program probe reads by ptrace(2), must agree.
 */
class FindingsTest {
    private static final Path MATRIX = NativeTests.BASE.resolve("target/matrix/programs");
    private static final Path PROBE = MATRIX.resolve(machine()).resolve("probe");
    private static final Map<String, String> NO_LIBC = Map.of("GLIBC_TUNABLES", "glibc.pthread.rseq=0");

    /**
     * A process, and what it must report.
     *
     * @param status owner and mode
     * @param registered whether the kernel must have registered areas for its threads
     * @param findings the findings besides unpacked-library
     */
    record World(
            String name,
            List<String> launcher,
            Map<String, String> environment,
            List<String> jvmArguments,
            String status,
            boolean registered,
            List<String> findings) {
        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void build() throws IOException, InterruptedException {
        NativeTests.build();
        make("src/test/native/matrix", "OUT=" + MATRIX, PROBE.toString(), "slow");
    }

    private static void make(String folder, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "make", "--silent", "-C", NativeTests.BASE.resolve(folder).toString()));
        command.addAll(List.of(arguments));
        Subprocess.Result result = Subprocess.run("build-probe", command, Map.of());
        assertThat(result.exitCode()).as(result.output()).isZero();
    }

    static Stream<World> worlds() {
        List<String> none = List.of();
        return Stream.of(
                new World("libc", none, Map.of(), none, "libc rseq", true, none),
                new World("tunable", none, NO_LIBC, none, "self rseq", true, List.of("tunable-off info")),
                new World(
                        "seccomp, ENOSYS",
                        deny("ENOSYS"),
                        Map.of(),
                        none,
                        "none atomic",
                        false,
                        List.of("seccomp warning")),
                new World(
                        "seccomp, EPERM",
                        deny("EPERM"),
                        Map.of(),
                        none,
                        "none atomic",
                        false,
                        List.of("seccomp warning")),
                new World(
                        "legacy owner",
                        none,
                        preload("liblegacy_owner.so"),
                        none,
                        "legacy rseq",
                        true,
                        List.of("legacy-owner info", "tunable-off info")),
                new World(
                        "legacy symbol without registration",
                        none,
                        with(preload("liblegacy_owner.so"), "LEGACY_OWNER_NEVER", "1"),
                        none,
                        "none atomic",
                        false,
                        List.of("legacy-owner warning", "tunable-off warning")),
                new World(
                        "owner without a symbol",
                        none,
                        preload("libunknown_owner.so"),
                        none,
                        "none atomic",
                        true,
                        List.of("unknown-owner warning", "tunable-off warning")),
                new World(
                        "configuration",
                        none,
                        Map.of(),
                        List.of("-Dpercpu.rseq.mode=atomic"),
                        "libc atomic",
                        true,
                        List.of("configured-atomic info")),
                new World(
                        "one CPU",
                        List.of("taskset", "--cpu-list", "0"),
                        Map.of(),
                        none,
                        "libc rseq",
                        true,
                        List.of("more-possible-than-usable-cpus info")));
    }

    private static List<String> deny(String error) {
        return List.of(NativeTests.OUT.resolve("deny_rseq").toString(), error);
    }

    private static Map<String, String> preload(String library) {
        return with(NO_LIBC, "LD_PRELOAD", NativeTests.OUT.resolve(library).toString());
    }

    private static Map<String, String> with(Map<String, String> environment, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(environment);
        more.put(name, value);
        return more;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("worlds")
    void shouldFindWhatTheKernelConfirms(World world) throws Exception {
        assumeTrue(RseqProbe.status().owner() == AreaOwner.LIBC, "libc must register rseq on this machine");
        try (Run run = Run.start(world.launcher(), world.environment(), world.jvmArguments(), classPath())) {
            assertThat(run.status()).as(run.output()).isEqualTo(world.status());
            List<String> findings = new ArrayList<>(world.findings());
            findings.add("unpacked-library info");
            assertThat(run.findings()).as(run.output()).isEqualTo(findings);
            assertThat(run.registeredThreads() > 0).isEqualTo(world.registered());
        }
    }

    @Test
    void shouldNameTheLegacyLibrary() throws Exception {
        assumeTrue(RseqProbe.status().owner() == AreaOwner.LIBC, "libc must register rseq on this machine");
        try (Run run = Run.start(List.of(), preload("liblegacy_owner.so"), List.of(), classPath())) {
            assertThat(run.output())
                    .contains(
                            "legacy-owner info " + NativeTests.OUT.resolve("liblegacy_owner.so") + " registered rseq");
        }
    }

    @Test
    void shouldNotFindAnUnpackedLibraryInAFolder() throws Exception {
        Path folder = NativeTests.BASE.resolve("target/native/META-INF/native/linux-" + machine());
        try (Run run = Run.start(List.of(), Map.of(), List.of("-Dpercpu.native.dir=" + folder), classPath())) {
            assertThat(run.findings()).noneMatch(finding -> finding.startsWith("unpacked-library"));
        }
    }

    /** The library with delays in its sections: nearly every preemption interrupts one. */
    @Test
    void shouldFindAHighRestartRate() throws Exception {
        assumeTrue(RseqProbe.status().active(), "records must commit in sections on this machine");
        String slow = MATRIX.resolve("slow") + File.pathSeparator + classPath();
        int threads = Runtime.getRuntime().availableProcessors();
        try (Run run = Run.start(List.of(), Map.of(), List.of(), slow, Integer.toString(threads))) {
            assertThat(run.findings()).as(run.output()).contains("restart-rate warning");
            Matcher counts = run.matching("restarts (\\d+) switches (\\d+)");
            long restarts = Long.parseLong(counts.group(1));
            long switches = Long.parseLong(counts.group(2));
            // A restart needs a context switch or a signal, and nearly every switch interrupts a slow section.
            assertThat(restarts).as(run.output()).isBetween(switches / 2, switches + 10);
        }
        try (Run run = Run.start(List.of(), Map.of(), List.of(), classPath(), Integer.toString(threads))) {
            assertThat(run.findings()).as(run.output()).doesNotContain("restart-rate warning");
        }
    }

    /** Denies rseq after the first threads have registered: the kernel has an area for the first thread, and none for a later one. */
    @Test
    void shouldFindThreadsThatCannotRegister() throws Exception {
        assumeTrue(RseqProbe.status().owner() == AreaOwner.LIBC, "libc must register rseq on this machine");
        try (Run run = Run.start(List.of(), NO_LIBC, List.of(), classPath(), DeniedLaterMain.class)) {
            assertThat(run.findings())
                    .as(run.output())
                    .contains("threads-not-registered warning", "shared-shard-in-use warning");
            String before = run.matching("thread before (\\d+)").group(1);
            String after = run.matching("thread after (\\d+)").group(1);
            assertThat(run.registeredLength(before)).isGreaterThanOrEqualTo(32);
            assertThat(run.registeredLength(after)).isZero();
        }
    }

    private static String classPath() {
        return System.getProperty("java.class.path");
    }

    private static String machine() {
        return System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64";
    }

    /** A process that has printed its findings and waits. */
    private record Run(Process process, List<String> launcher, Map<String, String> environment, List<String> lines)
            implements AutoCloseable {

        private static final Pattern FINDING = Pattern.compile("([a-z][a-z0-9-]+ (?:info|warning|error)) .*");

        static Run start(
                List<String> launcher,
                Map<String, String> environment,
                List<String> jvmArguments,
                String classPath,
                String... arguments)
                throws IOException {
            return start(launcher, environment, jvmArguments, classPath, FindingsMain.class, arguments);
        }

        static Run start(
                List<String> launcher,
                Map<String, String> environment,
                List<String> jvmArguments,
                String classPath,
                Class<?> main,
                String... arguments)
                throws IOException {
            List<String> command = new ArrayList<>(launcher);
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(
                    List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
            command.addAll(jvmArguments);
            command.addAll(List.of("-cp", classPath, main.getName()));
            command.addAll(List.of(arguments));
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            List<String> lines = new ArrayList<>();
            BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
            for (String line = output.readLine(); line != null && !line.equals("end"); line = output.readLine()) {
                lines.add(line);
            }
            return new Run(process, launcher, environment, lines);
        }

        String output() {
            return String.join("\n", lines);
        }

        String status() {
            return lines.stream()
                    .filter(line -> line.matches("(libc|legacy|self|none) (rseq|atomic)"))
                    .findFirst()
                    .orElse(output());
        }

        List<String> findings() {
            return lines.stream()
                    .map(FINDING::matcher)
                    .filter(Matcher::matches)
                    .map(matcher -> matcher.group(1))
                    .collect(Collectors.toList());
        }

        /** Returns the match of the first line with this form. */
        Matcher matching(String form) {
            return lines.stream()
                    .map(Pattern.compile(form)::matcher)
                    .filter(Matcher::matches)
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no line " + form + " in " + output()));
        }

        /** Returns the number of this process' threads with an area, as the kernel reports it. */
        int registeredThreads() throws IOException, InterruptedException {
            return probe("service.registered");
        }

        /** Returns the length of a thread's area, in bytes, as the kernel reports it; 0 for none. */
        int registeredLength(String thread) throws IOException, InterruptedException {
            return probe("service." + thread);
        }

        private int probe(String key) throws IOException, InterruptedException {
            List<String> command = new ArrayList<>(launcher);
            command.addAll(List.of(PROBE.toString(), Long.toString(process.pid())));
            String probe = Subprocess.run("probe", command, environment).output();
            Matcher value =
                    Pattern.compile(" " + Pattern.quote(key) + "=(\\d+)").matcher(probe);
            assumeTrue(value.find(), "ptrace must work here, but probe printed: " + probe);
            return Integer.parseInt(value.group(1));
        }

        @Override
        public void close() throws IOException {
            process.getOutputStream().close();
            process.destroy();
        }
    }
}
