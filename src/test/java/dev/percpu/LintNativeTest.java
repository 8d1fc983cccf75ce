package dev.percpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs {@code .build/lint-native} where only the shell's own tools are installed. */
class LintNativeTest {

    private static final Path SCRIPT = Path.of(System.getProperty("test.basedir", ""), ".build", "lint-native")
            .toAbsolutePath();

    @TempDir
    private Path programs;

    private record Result(int status, List<String> lines) {}

    @BeforeEach
    void linkTheShellsTools() throws IOException {
        for (String name : List.of("sh", "dirname", "find", "sort", "grep")) {
            for (Path folder : List.of(Path.of("/bin"), Path.of("/usr/bin"))) {
                if (Files.isExecutable(folder.resolve(name)) && Files.notExists(programs.resolve(name))) {
                    Files.createSymbolicLink(programs.resolve(name), folder.resolve(name));
                }
            }
        }
    }

    @Test
    void shouldNameMissingToolsInTheLastLine() throws IOException, InterruptedException {
        Result result = lint("");

        assertThat(result.status()).isZero();
        assertThat(result.lines())
                .last()
                .asString()
                .startsWith("lint: skipped")
                .contains("clang-format", "clang-tidy", "cppcheck");
    }

    @Test
    void shouldFailOverMissingToolsUnderCi() throws IOException, InterruptedException {
        Result result = lint("true");

        assertThat(result.status()).isEqualTo(1);
        assertThat(String.join("\n", result.lines())).contains("clang-format", "clang-tidy", "cppcheck");
    }

    private Result lint(String ci) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(programs.resolve("sh").toString(), SCRIPT.toString());
        builder.environment().put("PATH", programs.toString());
        builder.environment().put("CI", ci);
        Process process = builder.redirectErrorStream(true).start();
        List<String> lines = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();
        return new Result(process.waitFor(), lines);
    }
}
