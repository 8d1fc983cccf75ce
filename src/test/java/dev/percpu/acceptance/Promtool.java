package dev.percpu.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Prometheus' own checker. It does not look for duplicate samples: {@link ScrapeText} does. */
final class Promtool {

    private Promtool() {}

    /**
     * Runs {@code promtool check metrics} on a scrape.
     *
     * @return what it complains of, empty if of nothing
     */
    static String checkMetrics(Path directory, String scrape) throws IOException, InterruptedException {
        Path input = Files.writeString(directory.resolve("scrape.txt"), scrape);
        Process process = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .start();
        String complaints = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = process.waitFor();
        return code == 0 || !complaints.isEmpty() ? complaints : "promtool ended with code " + code;
    }
}
