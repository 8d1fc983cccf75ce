package dev.percpu.bench;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs a subject in a JVM of its own, set up as its name asks for: another class path for a newer Micrometer, a libc told to leave rseq
 * alone, atomic mode.
 */
final class Forks {
    private static final String CLASS_PATH = "java.class.path";
    private static final List<String> JVM_ARGUMENTS = List.of(
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xms256m", "-Xmx1g");

    private final Path directory;
    private final Timing timing;
    private final Missing missing;
    private final String ownClassPath = System.getProperty(CLASS_PATH);

    /**
     * How long a fork takes.
     *
     * @param warmups of that many milliseconds
     * @param iterations of that many milliseconds
     */
    record Timing(int warmups, int iterations, int millis) {
        /** A scrape takes as long as millions of records: it needs more time to be compiled, and to be repeated. */
        Timing of(Subject subject) {
            return subject.benchmark() == ScrapeFormatCase.class ? new Timing(warmups, iterations, 5 * millis) : this;
        }
    }

    /**
     * @param directory for the logs of JMH and what forks need
     * @param missing takes what fails
     */
    Forks(Path directory, Timing timing, Missing missing) {
        this.directory = directory;
        this.timing = timing;
        this.missing = missing;
        System.setProperty(
                "jmh.ignoreLock", "true"); // whoever benchmarks beside us is to be seen in the figures, not to stop us
    }

    /** The iterations of one fork, or null if it failed. */
    @Nullable
    Round run(Subject subject, String label) {
        RunResult result = runJmh(subject, label, Mode.AverageTime, timing.of(subject));
        if (result == null) {
            return null;
        }
        var iterations = result.getAggregatedResult().getIterationResults();
        double[] nanos = iterations.stream()
                .mapToDouble(it -> it.getPrimaryResult().getScore())
                .toArray();
        double[] cpuNanos = iterations.stream()
                .mapToDouble(
                        it -> Objects.requireNonNull(it.getSecondaryResults().get(CpuTime.RESULT))
                                .getScore())
                .toArray();
        Result<?> allocated = result.getSecondaryResults().get("gc.alloc.rate.norm");
        return new Round(nanos, cpuNanos, allocated == null ? Double.NaN : allocated.getScore());
    }

    /** Single records with the clock read before and after, one in some: JMH's sampling. */
    org.openjdk.jmh.util.@Nullable Statistics sample(Subject subject, String label, Timing its) {
        RunResult result = runJmh(subject, label, Mode.SampleTime, its);
        return result == null ? null : result.getPrimaryResult().getStatistics();
    }

    private @Nullable RunResult runJmh(Subject subject, String label, Mode mode, Timing its) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(subject.include())
                .mode(mode)
                .timeUnit(TimeUnit.NANOSECONDS)
                .threads(subject.threads())
                .forks(1)
                // More virtual threads than CPUs never all stand at the start of an iteration at once.
                .syncIterations(!subject.virtual())
                .warmupIterations(its.warmups() * subject.warmUps())
                .warmupTime(TimeValue.milliseconds(its.millis()))
                .measurementIterations(its.iterations())
                .measurementTime(TimeValue.milliseconds(its.millis()))
                .addProfiler(GCProfiler.class)
                .addProfiler(CpuTime.class)
                .shouldFailOnError(true)
                .jvmArgs(jvmArguments(subject).toArray(String[]::new))
                .output(log(subject, label).toString());
        subject.params().forEach(options::param);
        try {
            if (subject.impl().equals(Impl.PERCPU_SELF)) {
                options.jvm(jvmWithoutLibcRseq().toString());
            }
            System.setProperty(CLASS_PATH, classPath(subject.impl()));
            return new Runner(options.build()).run().iterator().next();
        } catch (RunnerException | IOException | IllegalStateException e) {
            missing.add(subject.impl() + " in " + subject.group() + " (" + label + ")", reason(e));
            return null;
        } finally {
            System.setProperty(CLASS_PATH, ownClassPath);
        }
    }

    /** JMH's own message is the same for everything that goes wrong in a fork. */
    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return (message == null ? cause.toString() : message) + (e instanceof RunnerException ? "; see its log" : "");
    }

    private static List<String> jvmArguments(Subject subject) {
        List<String> arguments = new ArrayList<>(JVM_ARGUMENTS);
        if (subject.impl().equals(Impl.PERCPU_ATOMIC)) {
            arguments.add("-Dpercpu.rseq.mode=atomic");
        }
        if (subject.virtual()) {
            arguments.add("-Djmh.executor=VIRTUAL");
        }
        return arguments;
    }

    private Path log(Subject subject, String label) {
        try {
            Path logs = Files.createDirectories(directory.resolve("log"));
            return logs.resolve(subject.caseName() + "-" + subject.impl().replace(' ', '-') + "-" + subject.threads()
                    + "-" + label + ".txt");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** JMH cannot set the environment of a fork, but the program that is its JVM. */
    private Path jvmWithoutLibcRseq() throws IOException {
        Path script = directory.resolve("java-without-libc-rseq");
        if (!Files.exists(script)) {
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            Files.writeString(script, "#!/bin/sh\nGLIBC_TUNABLES=glibc.pthread.rseq=0 exec '" + java + "' \"$@\"\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        return script;
    }

    /**
     * The class path of this JVM, with the libraries of some peers replaced by other versions of them. {@code make bench} copies these to
     * the folder {@code peers}, as {@code src/test/bench/peers.xml} lists them.
     */
    private String classPath(String impl) {
        return switch (impl) {
            // The class of the registry on simpleclient is looked up, though no such registry is opened.
            case Impl.MICROMETER_NEXT ->
                withPeers(
                        "micrometer-",
                        Impl.NEXT_VERSION,
                        path -> path.contains("micrometer") && !path.contains("simpleclient"));
            case Impl.OTEL -> withPeers("opentelemetry-", Impl.OTEL_VERSION, path -> path.contains("opentelemetry"));
            default -> ownClassPath;
        };
    }

    /**
     * The peers whose file names start with that, then the class path of this JVM without what they replace.
     *
     * @throws IllegalStateException if there are none of that version
     */
    private String withPeers(String prefix, String version, Predicate<String> replaced) {
        Path peers = directory.resolve("peers");
        File[] jars = peers.toFile().listFiles((folder, name) -> name.startsWith(prefix) && name.endsWith(".jar"));
        if (jars == null || Arrays.stream(jars).noneMatch(jar -> jar.getName().contains(version))) {
            throw new IllegalStateException(prefix + "*-" + version + ".jar is not in " + peers);
        }
        return Stream.concat(
                        Arrays.stream(jars).map(File::getPath),
                        Arrays.stream(ownClassPath.split(File.pathSeparator)).filter(replaced.negate()))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
