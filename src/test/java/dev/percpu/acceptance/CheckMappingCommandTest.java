package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code --check-mapping} of the packaged service. */
@Tag("acceptance")
@Timeout(60)
class CheckMappingCommandTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    @TempDir
    private Path folder;

    @Test
    void shouldPrintTheSeriesOfALineWithoutAServer() throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("m.yml"), "mappings: [{match: a.*, name: b, labels: {c: $1}}]");
        Process check = new ProcessBuilder(
                        JAVA.toString(),
                        "-jar",
                        System.getProperty("test.service.jar"),
                        "--check-mapping",
                        file.toString(),
                        "a.\u00e4:1|c",
                        "bad")
                .redirectErrorStream(true)
                .start();

        assertThat(new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(file + ": 1 rules\na.\u00e4:1|c\n  # TYPE b counter\n  b{c=\"\u00e4\"} 1.0\nbad\n"
                        + "  rejected: the line must have the form name:value|type\n");
        assertThat(check.waitFor()).isEqualTo(1);
    }
}
