package dev.percpu.nativecore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs the C tests: one process per line of {@code src/test/native/runs}. */
class NativeCoreTest {
    /** Exit code of a test that cannot run on this machine. */
    private static final int SKIPPED = 77;

    private static final SubprocessPool POOL = new SubprocessPool();

    @BeforeAll
    static void build() throws Exception {
        NativeTests.build();
    }

    @AfterAll
    static void close() {
        POOL.close();
    }

    @TestFactory
    List<DynamicTest> shouldPassTheTestsInC() throws IOException {
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : Files.readAllLines(NativeTests.SOURCES.resolve("runs"))) {
            if (!line.isBlank() && !line.startsWith("#")) {
                int colon = line.indexOf(':');
                String name = line.substring(0, colon);
                List<String> command = command(line.substring(colon + 1));
                Future<Subprocess.Result> result = POOL.start(name, command, Map.of());
                tests.add(DynamicTest.dynamicTest(name, () -> check(name, command, result.get())));
            }
        }
        return tests;
    }

    private static List<String> command(String line) throws IOException {
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(List.of(line.replace("{out}", NativeTests.OUT.toString())
                .replace("{libraries}", String.join(" ", NativeTests.libraries()))
                .strip()
                .split(" +")));
        return command;
    }

    private static void check(String name, List<String> command, Subprocess.Result result) {
        Assumptions.assumeFalse(result.exitCode() == SKIPPED, () -> name + ": " + result.output());
        assertThat(result.exitCode())
                .as("%s%n%s", String.join(" ", command), result.output())
                .isZero();
    }
}
