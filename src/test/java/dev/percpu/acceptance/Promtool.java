package dev.percpu.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A runner of promtool, Prometheus' checker. Promtool does not detect duplicate samples; {@link ScrapeText} does. Stateless. */
final class Promtool {

    private Promtool() {}

    /**
     * Runs {@code promtool check metrics} on a scrape.
     *
     * @return the output of promtool; empty if it finds nothing
     */
    static String checkMetrics(Path directory, String scrape) throws IOException, InterruptedException {
        Path input = Files.writeString(directory.resolve("scrape.txt"), scrape);
        Process process = new ProcessBuilder("promtool", "check", "metrics")
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        int code = process.waitFor();
        return code == 0 || !output.isEmpty() ? output : "promtool ended with code " + code;
    }
}
