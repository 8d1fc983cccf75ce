package dev.percpu.acceptance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A runner of promtool, Prometheus' checker. Promtool does not detect duplicate samples; {@link ScrapeText} does. Stateless. */
final class Promtool {

    private Promtool() {}

    /**
     * What promtool printed.
     *
     * @param code its exit code, 0 if all is valid
     */
    record Result(int code, String output) {}

    /**
     * Runs promtool.
     *
     * @param program promtool, or the path of another version
     */
    static Result run(String program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(List.of(arguments));
        return run(new ProcessBuilder(command));
    }

    private static Result run(ProcessBuilder command) throws IOException, InterruptedException {
        Process process = command.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return new Result(process.waitFor(), output);
    }

    /**
     * Runs {@code promtool check metrics} on a scrape.
     *
     * @return the output of promtool; empty if it finds nothing
     */
    static String checkMetrics(Path directory, String scrape) throws IOException, InterruptedException {
        Path input = Files.writeString(directory.resolve("scrape.txt"), scrape);
        Result result = run(new ProcessBuilder("promtool", "check", "metrics").redirectInput(input.toFile()));
        return result.code == 0 || !result.output.isEmpty() ? result.output : "promtool ended with code " + result.code;
    }
}
