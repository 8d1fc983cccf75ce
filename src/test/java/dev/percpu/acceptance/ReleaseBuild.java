package dev.percpu.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A build of the main sources in a folder of its own, without signatures and without the service. */
final class ReleaseBuild {
    private static final Path TOP =
            Path.of(System.getProperty("test.basedir", "")).toAbsolutePath();
    private static final int LIMIT_SECONDS = 300;

    private final Path folder;

    /**
     * Copies the sources.
     *
     * @param folder a new folder
     */
    ReleaseBuild(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
        for (String name : List.of("pom.xml", "LICENSE", ".mvn", "src/main")) {
            copy(TOP.resolve(name), folder.resolve(name));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to.getParent());
        try (Stream<Path> files = Files.walk(from)) {
            files.forEach(file -> {
                try {
                    Files.copy(file, to.resolve(from.relativize(file).toString()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
    }

    /** The end of a build: its exit status, and all that it printed. */
    record Result(int status, String output) {}

    /**
     * Runs Maven with the profile {@code release}.
     *
     * @param environment additional variables
     * @param phase the last phase
     */
    Result run(Map<String, String> environment, String phase) throws IOException, InterruptedException {
        Path log = folder.resolve("build.log");
        List<String> command = new ArrayList<>(List.of(TOP.resolve(".build/mvn").toString(), phase, "-Prelease"));
        command.addAll(List.of("-Dgpg.skip", "-Dquarkus.build.skip", "-Dmaven.test.skip", "-Dspotless.check.skip"));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the build did not end in " + LIMIT_SECONDS + " s:\n" + Files.readString(log));
            }
        } finally {
            process.destroyForcibly();
        }
        return new Result(process.exitValue(), Files.readString(log));
    }

    /** Builds everything that is released. */
    ReleaseBuild verify() throws IOException, InterruptedException {
        Result result = run(Map.of(), "verify");
        if (result.status() != 0) {
            throw new AssertionError("the build failed:\n" + result.output());
        }
        return this;
    }

    /** Returns the main jar for an empty classifier, the jar of a classifier else. */
    Path jar(String classifier) throws IOException {
        String end = (classifier.isEmpty() ? "" : "-" + classifier) + ".jar";
        return files().stream()
                .filter(it ->
                        it.getFileName().toString().matches("percpu-metrics-[0-9.]+(-SNAPSHOT)?\\Q" + end + "\\E"))
                .findAny()
                .orElseThrow(() -> new AssertionError("no jar ends with " + end));
    }

    /** Returns the pom for applications. */
    Path pom() {
        return folder.resolve("target/percpu-metrics.pom");
    }

    /** Returns all that is released, in the order of names. */
    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("target"))) {
            return files.filter(it -> it.toString().matches(".*\\.(jar|pom)"))
                    .sorted()
                    .toList();
        }
    }
}
