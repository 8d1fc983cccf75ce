package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The library on a class path without Quarkus, Vert.x, Jakarta and MicroProfile. */
class PlainJavaTest {
    private static final List<String> FRAMEWORKS = List.of(
            "/io/quarkus/", "/io/vertx/", "/io/smallrye/", "/jakarta/", "/org/eclipse/microprofile/", "/org/jboss/");

    /** One class of each framework. */
    private static final List<String> FORBIDDEN = List.of(
            "io.quarkus.runtime.Quarkus",
            "io.vertx.core.Vertx",
            "io.smallrye.config.SmallRyeConfig",
            "jakarta.inject.Inject",
            "org.eclipse.microprofile.config.Config",
            "org.jboss.logging.Logger");

    @TempDir
    private Path folder;

    @Test
    void shouldRecordAndScrapeWithoutQuarkus() throws Exception {
        assertThat(run(FRAMEWORKS, PlainJavaMain.class, FORBIDDEN))
                .contains("orders_total{kind=\"web\"} 3.0", "queue 7.0", "checkout_seconds_max 0.5")
                .contains("checkout_seconds_bucket{le=\"+Inf\"} 1", "checkout_seconds_sum 0.5")
                .contains("percpu_rseq_info{", "# EOF")
                .doesNotContain("Exception");
    }

    @Test
    void shouldRejectPercentilesWithoutHdrHistogramAndScrapeTheRest() throws Exception {
        List<String> excluded = new ArrayList<>(FRAMEWORKS);
        excluded.add("/org/hdrhistogram/");

        assertThat(run(excluded, NoHdrHistogramMain.class, List.of()))
                .contains("org.hdrhistogram:HdrHistogram must be on the class path")
                .contains("rejected timer", "rejected summary")
                .contains("kept_seconds_bucket{le=\"+Inf\"} 1")
                .doesNotContain("percentiles_seconds");
    }

    private String run(List<String> excluded, Class<?> main, List<String> arguments) throws Exception {
        Path output = folder.resolve("output.txt");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                classPathWithout(excluded),
                main.getName()));
        command.addAll(arguments);
        Process process = new ProcessBuilder(command)
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
        return text;
    }

    private static String classPathWithout(List<String> excluded) {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(path -> excluded.stream().noneMatch(path::contains))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
