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
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.platform.launcher.Launcher;

/** The contract and stress tests of native cells, each time in a JVM of its own whose environment chooses the path. */
class NativePathsTest {
    private static final String NO_LIBC_RSEQ = "glibc.pthread.rseq=0";

    /** Atomics are the same whichever compiler made the caller: the quicker one does. */
    private static final String QUICK = "-XX:TieredStopAtLevel=1";

    private static final List<String> TESTS = List.of(
            "dev.percpu.shard.ShardedCellTest",
            "dev.percpu.shard.ShardedCellStressTest",
            "dev.percpu.shard.ShardedCellMigrationTest",
            "dev.percpu.registry.NativeHistogramTest");

    /** Of the registry: on rseq they run with all other tests, so that the other way to record has its turn here. */
    private static final List<String> REGISTRY_TESTS =
            List.of("dev.percpu.registry.ConsistencyTest", "dev.percpu.parity.PerCpuMeterRegistryCompatibilityTest");

    /** What the process is started in, and what it must find itself to be. */
    record Way(
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

        boolean needsLibcAsOwner() {
            return owner.equals("libc");
        }

        /** Whether atomics were asked for where rseq works. */
        boolean isChosenAtomic() {
            return needsLibcAsOwner() && mode.equals("atomic");
        }
    }

    @BeforeAll
    static void build() throws Exception {
        NativeTests.build();
    }

    static Stream<Way> ways() {
        Path out = NativeTests.OUT;
        Map<String, String> noLibc = Map.of("GLIBC_TUNABLES", NO_LIBC_RSEQ);
        List<String> byMmCid = List.of("-Dpercpu.shard.index=mm_cid");
        return Stream.of(
                new Way("libc, mm_cid", List.of(), Map.of(), byMmCid, "libc", "rseq", "mm_cid"),
                new Way(
                        "libc, atomic",
                        List.of(),
                        Map.of(),
                        List.of("-Dpercpu.rseq.mode=atomic", QUICK),
                        "libc",
                        "atomic",
                        "cpu_id"),
                new Way("self", List.of(), noLibc, List.of(), "self", "rseq", "cpu_id"),
                new Way(
                        "self, mm_cid, TLS on the heap",
                        List.of(),
                        Map.of("GLIBC_TUNABLES", NO_LIBC_RSEQ + ":glibc.rtld.optional_static_tls=0"),
                        byMmCid,
                        "self",
                        "rseq",
                        "mm_cid"),
                new Way(
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
                denied("ENOSYS"),
                denied("EPERM"));
    }

    private static Way denied(String error) {
        List<String> launcher = List.of(NativeTests.OUT.resolve("deny_rseq").toString(), error);
        return new Way("seccomp, " + error, launcher, Map.of(), List.of(QUICK), "none", "atomic", "cpu_id");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("ways")
    void shouldKeepTheContractOfCells(Way way) throws Exception {
        RseqStatus here = RseqProbe.status();
        assumeTrue(
                !way.needsLibcAsOwner() || here.owner() == AreaOwner.LIBC,
                () -> "libc does not register rseq here: the owner is " + here.owner());
        assumeTrue(
                !way.index().equals("mm_cid")
                        || here.area().activeSize() != null && here.area().activeSize() >= 28,
                () -> "this kernel has no mm_cid: " + here.area().activeSize() + " bytes of struct rseq");
        List<String> command = new ArrayList<>(way.launcher());
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of(
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                "-Dpercpu.stress.records=25000",
                "-Dpercpu.stress.moves=1000",
                "-cp",
                classPath()));
        command.addAll(way.jvmArguments());
        command.add(PathMain.class.getName());
        command.addAll(List.of(way.owner(), way.mode(), way.index()));
        command.addAll(TESTS);
        if (way.isChosenAtomic()) {
            command.addAll(REGISTRY_TESTS);
        }
        Subprocess.Result result = Subprocess.run("java-" + way, command, way.environment());
        assertThat(result.exitCode())
                .as("%s: %s%n%s", way, way.environment(), result.output())
                .isZero();
    }

    /** That of this JVM and the launcher, which its test runner may have elsewhere. */
    private static String classPath() throws URISyntaxException {
        Path launcher = Path.of(Launcher.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        return System.getProperty("java.class.path") + File.pathSeparator + launcher;
    }
}
