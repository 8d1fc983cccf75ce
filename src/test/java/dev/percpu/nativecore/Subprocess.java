package dev.percpu.nativecore;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs a program until it ends. */
final class Subprocess {
    private static final Duration TIMEOUT = Duration.ofSeconds(150);

    private Subprocess() {}

    record Result(int exitCode, String output) {}

    /**
     * Runs a program and returns its output.
     *
     * @param name name of the log file with the output, in the folder of the built tests
     * @throws AssertionError with the output until then, if the program does not end in time
     */
    static Result run(String name, List<String> command, Map<String, String> environment)
            throws IOException, InterruptedException {
        Path log =
                Files.createDirectories(NativeTests.OUT.resolve("logs")).resolve(name.replaceAll("\\W+", "-") + ".log");
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(name + " did not end in " + TIMEOUT + ":\n" + Files.readString(log));
            }
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(log));
    }
}
