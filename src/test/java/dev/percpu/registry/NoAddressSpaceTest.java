package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NoAddressSpaceTest {
    @TempDir
    private Path folder;

    @Test
    void shouldRecordOnTheHeapAndReportItWithoutAddressSpace() throws Exception {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NoAddressSpaceMain.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        String text = Files.readString(output, StandardCharsets.UTF_8);

        assertThat(process.exitValue()).as(text).isZero();
        assertThat(text)
                .contains("before_total 2.0", "sibling_total 2.0")
                .contains("timer_seconds_bucket{le=\"1.0\"} 5", "timer_seconds_count 5", "timer_seconds_sum 2.5")
                .contains("timer_seconds_max 0.5", "summary_count 5", "summary_sum 2.5")
                .contains("shared 10", "left 3")
                .containsOnlyOnce("New meters record on the heap by JVM atomics")
                .contains("was refused with errno 12");
    }
}
