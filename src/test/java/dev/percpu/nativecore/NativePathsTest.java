package dev.percpu.nativecore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.percpu.rseq.AreaOwner;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.Launcher;

/** Runs the contract and stress tests of sharded cells in JVMs. The environment of each JVM sets the owner, the mode and the index. */
class NativePathsTest {
    private static final String NO_LIBC_RSEQ = "glibc.pthread.rseq=0";

    /** The atomics do not depend on the JIT compiler of the caller, so the faster compiler is used. */
    private static final String QUICK = "-XX:TieredStopAtLevel=1";

    private static final List<String> TESTS = List.of(
            "dev.percpu.shard.ShardedCellTest",
            "dev.percpu.shard.ShardedCellStressTest",
            "dev.percpu.shard.ShardedCellMigrationTest",
            "dev.percpu.registry.NativeHistogramTest");

    /** Tests of the registry. They run with rseq in the main test run, so they run with atomics here. */
    private static final List<String> REGISTRY_TESTS =
            List.of("dev.percpu.registry.ConsistencyTest", "dev.percpu.parity.PerCpuMeterRegistryCompatibilityTest");

    private static final String SYMBOL_ONLY = "legacy symbol without registration";

    private static final SubprocessPool POOL = new SubprocessPool();
    private static final Map<Variant, Future<Subprocess.Result>> RESULTS = new HashMap<>();

    /** The environment of a process, and the owner, mode and index that the process must report. */
    record Variant(
            String name,
            List<String> launcher,
            Map<String, String> environment,
            List<String> jvmArguments,
            String owner,
            String mode,
            String index) {
        @Override
        public String toString() {
            return name;
        }

        /** Returns what this machine lacks for the variant, or null. */
        @Nullable
        String missing() {
            RseqStatus here = RseqProbe.status();
            if (needsLibcAsOwner() && here.owner() != AreaOwner.LIBC) {
                return "libc must register rseq, but the owner is " + here.owner();
            }
            Integer size = here.area().activeSize();
            if (index.equals("mm_cid") && (size == null || size < 28)) {
                return "struct rseq must have mm_cid (28 bytes), but has " + size + " bytes";
            }
            return null;
        }

        boolean needsLibcAsOwner() {
            return owner.equals("libc");
        }

        /** Returns whether the process uses atomics by its settings, although rseq works. */
        boolean isAtomicBySetting() {
            return needsLibcAsOwner() && mode.equals("atomic");
        }
    }

    @BeforeAll
    static void start() throws Exception {
        NativeTests.build();
        for (Variant variant : variants().filter(it -> it.missing() == null).toList()) {
            RESULTS.put(variant, POOL.start("java-" + variant, command(variant), variant.environment()));
        }
    }

    @AfterAll
    static void close() {
        POOL.close();
    }

    static Stream<Variant> variants() {
        Path out = NativeTests.OUT;
        Map<String, String> noLibc = Map.of("GLIBC_TUNABLES", NO_LIBC_RSEQ);
        List<String> byMmCid = List.of("-Dpercpu.shard.index=mm_cid");
        return Stream.of(
                new Variant("libc, mm_cid", List.of(), Map.of(), byMmCid, "libc", "rseq", "mm_cid"),
                new Variant(
                        "libc, atomic",
                        List.of(),
                        Map.of(),
                        List.of("-Dpercpu.rseq.mode=atomic", QUICK),
                        "libc",
                        "atomic",
                        "cpu_id"),
                new Variant("self", List.of(), noLibc, List.of(), "self", "rseq", "cpu_id"),
                new Variant(
                        "self, mm_cid, TLS on the heap",
                        List.of(),
                        Map.of("GLIBC_TUNABLES", NO_LIBC_RSEQ + ":glibc.rtld.optional_static_tls=0"),
                        byMmCid,
                        "self",
                        "rseq",
                        "mm_cid"),
                new Variant(
                        "legacy",
                        List.of(),
                        Map.of(
                                "GLIBC_TUNABLES",
                                NO_LIBC_RSEQ,
                                "LD_PRELOAD",
                                out.resolve("liblegacy_owner.so").toString()),
                        List.of(),
                        "legacy",
                        "rseq",
                        "cpu_id"),
                new Variant(
                        SYMBOL_ONLY,
                        List.of(),
                        Map.of(
                                "GLIBC_TUNABLES",
                                NO_LIBC_RSEQ,
                                "LD_PRELOAD",
                                out.resolve("liblegacy_owner.so").toString(),
                                "LEGACY_OWNER_NEVER",
                                "1"),
                        List.of(QUICK),
                        "none",
                        "atomic",
                        "cpu_id"),
                denied("ENOSYS"),
                denied("EPERM"));
    }

    private static Variant denied(String error) {
        List<String> launcher = List.of(NativeTests.OUT.resolve("deny_rseq").toString(), error);
        return new Variant("seccomp, " + error, launcher, Map.of(), List.of(QUICK), "none", "atomic", "cpu_id");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("variants")
    void shouldPassTheCellTests(Variant variant) throws Exception {
        String missing = variant.missing();
        assumeTrue(missing == null, missing);
        Subprocess.Result result = RESULTS.get(variant).get();
        assertThat(result.exitCode())
                .as("%s: %s%n%s", variant, variant.environment(), result.output())
                .isZero();
    }

    @Test
    void shouldReportAThreadThatASandboxDoesNotLetRegister() throws Exception {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-cp",
                classPath(),
                DeniedLaterMain.class.getName());
        Subprocess.Result result = POOL.start("java-denied-later", command, Map.of("GLIBC_TUNABLES", NO_LIBC_RSEQ))
                .get();

        assertThat(result.exitCode()).as(result.output()).isZero();
        assertThat(result.output())
                .contains("before: true")
                .contains("after: false atomic a thread has no registered rseq area (errno 1)")
                .contains("rseq was active at the start, but now", "later: false")
                .containsSubsequence("mode=\"rseq\",owner=\"self\"", "mode=\"atomic\",owner=\"self\"")
                .containsSubsequence(
                        "threads-not-registered warning rseq worked at the start, but a thread has no",
                        "shared-shard-in-use warning 2000 of 2000 records");
    }

    private static List<String> command(Variant variant) throws URISyntaxException {
        List<String> command = new ArrayList<>(variant.launcher());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-enableassertions:dev.percpu...",
                "-XX:+UseSerialGC",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-Dtest.stress.records=25000",
                "-Dtest.stress.moves=1000",
                "-cp",
                classPath()));
        command.addAll(variant.jvmArguments());
        command.add(PathMain.class.getName());
        command.addAll(List.of(variant.owner(), variant.mode(), variant.index()));
        // Records by atomics are tested in other variants.
        if (!variant.name().equals(SYMBOL_ONLY)) {
            command.addAll(TESTS);
        }
        if (variant.isAtomicBySetting()) {
            command.addAll(REGISTRY_TESTS);
        }
        return command;
    }

    /** Returns the class path of this JVM, with the JUnit launcher added: the test runner may load it from another path. */
    private static String classPath() throws URISyntaxException {
        Path launcher = Path.of(Launcher.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return System.getProperty("java.class.path") + File.pathSeparator + launcher;
    }
}
