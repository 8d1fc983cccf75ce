package dev.percpu;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/** A Java program that a test runs in a JVM of its own. Not thread-safe. */
public final class JavaProgram {
    private static final String LIBRARIES =
            ".*/(test-classes|classes|jna|micrometer|prometheus|HdrHistogram|LatencyUtils)[^/]*(/.*)?";

    private final Class<?> main;
    private final List<String> options = new ArrayList<>(List.of("--enable-native-access=ALL-UNNAMED"));
    private final Map<String, String> environment = new HashMap<>();
    private String classPath = libraries();
    private List<String> launcher = List.of();

    /** The exit code of a program, and what it printed. */
    public record Ended(int exitCode, String output) {}

    /** Creates a program on the class path of the library, without frameworks. */
    public JavaProgram(Class<?> main) {
        this.main = main;
    }

    /** Returns the class path of the library, without frameworks. */
    public static String libraries() {
        return Arrays.stream(System.getProperty("java.class.path").split(":"))
                .filter(path -> path.matches(LIBRARIES))
                .collect(Collectors.joining(":"));
    }

    public JavaProgram option(String option) {
        options.add(option);
        return this;
    }

    public JavaProgram variable(String name, String value) {
        environment.put(name, value);
        return this;
    }

    public JavaProgram classPath(String path) {
        classPath = path;
        return this;
    }

    /** Sets a command that runs the program's command. */
    public JavaProgram launcher(String... command) {
        launcher = List.of(command);
        return this;
    }

    /**
     * Runs the program and waits for it.
     *
     * @throws AssertionError if it does not end within two minutes
     */
    public Ended run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(launcher);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", classPath, main.getName()));
        command.addAll(List.of(arguments));
        Path output = Files.createTempFile("program-", ".txt");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(2, TimeUnit.MINUTES)) {
                throw new AssertionError("the program did not end in 2 minutes:\n" + Files.readString(output));
            }
            return new Ended(
                    process.exitValue(), new String(Files.readAllBytes(output), StandardCharsets.UTF_8).strip());
        } finally {
            process.destroyForcibly();
            Files.delete(output);
        }
    }
}
