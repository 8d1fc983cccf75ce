package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MillionLinesTest {
    private static final long GROWN_KIBIBYTES = 32 * 1024;

    @Test
    void shouldScrapeAMillionLinesInASmallHeapAndFreeAllMemory() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        "-Xms128m",
                        "-Xmx128m",
                        "-XX:+AlwaysPreTouch", // the heap is resident from the start: later growth is native memory
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        System.getProperty("java.class.path"),
                        MillionLinesMain.class.getName())
                .redirectErrorStream(true)
                .start();
        List<String> output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .toList();

        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).as("%s", output).isZero();
        assertThat(output.stream().filter(line -> line.startsWith("lines ")))
                .hasSize(5)
                .allSatisfy(
                        line -> assertThat(Long.parseLong(line.substring(6))).isGreaterThan(1_000_000));
        assertThat(output.stream().filter(line -> line.startsWith("grown ")))
                .hasSize(1)
                .allSatisfy(
                        line -> assertThat(Long.parseLong(line.substring(6))).isLessThan(GROWN_KIBIBYTES));
    }
}
