package dev.percpu.nativecore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Runs the C tests: one process per line of {@code src/test/native/runs}. */
class NativeCoreTest {
    /** Exit code of a test that cannot run on this machine. */
    private static final int SKIPPED = 77;

    @BeforeAll
    static void build() throws Exception {
        NativeTests.build();
    }

    @TestFactory
    Stream<DynamicTest> shouldPassTheTestsInC() throws IOException {
        return Files.readAllLines(NativeTests.SOURCES.resolve("runs")).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .map(line -> {
                    int colon = line.indexOf(':');
                    String name = line.substring(0, colon);
                    return DynamicTest.dynamicTest(name, () -> run(name, line.substring(colon + 1)));
                });
    }

    private static void run(String name, String line) throws Exception {
        List<String> command = new ArrayList<>(List.of("env"));
        command.addAll(List.of(line.replace("{out}", NativeTests.OUT.toString())
                .replace("{libraries}", String.join(" ", NativeTests.libraries()))
                .strip()
                .split(" +")));
        Subprocess.Result result = Subprocess.run(name, command, Map.of());
        Assumptions.assumeFalse(result.exitCode() == SKIPPED, () -> name + ": " + result.output());
        assertThat(result.exitCode())
                .as("%s%n%s", String.join(" ", command), result.output())
                .isZero();
    }
}
