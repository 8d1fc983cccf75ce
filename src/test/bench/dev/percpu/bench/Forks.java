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
import java.util.Set;
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
 * A runner of benchmark subjects, each in a JVM of its own. Not thread-safe.
 *
 * <p>The implementation of a subject selects how its JVM starts: with the libraries of another version, with rseq disabled in libc, or with
 * percpu in atomic mode.
 */
final class Forks {
    private static final String CLASS_PATH = "java.class.path";
    private static final List<String> JVM_ARGUMENTS = List.of(
            "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow", "-Xms256m", "-Xmx1g");

    /** Benchmarks with operations of milliseconds. */
    private static final Set<Class<?>> LONG_OPERATIONS =
            Set.of(ScrapeFormatCase.class, SpringScrapeCase.class, OtlpCase.class);

    private final Path directory;
    private final Timing timing;
    private final Failures failures;
    private final String ownClassPath = System.getProperty(CLASS_PATH);

    /**
     * The number and length of a fork's iterations.
     *
     * @param warmups number of warm-up iterations
     * @param iterations number of measured iterations
     * @param millis length of each iteration, in milliseconds
     */
    record Timing(int warmups, int iterations, int millis) {
        /**
         * Returns the timing for a subject. A scrape or a request of OTLP takes much longer than a record, so its iterations are longer. Threads that do not wait
         * for each other run at the same time during a larger part of a longer iteration.
         */
        Timing of(Subject subject) {
            if (subject.caseName().equals(Cases.DURING_SCRAPE)
                    || subject.caseName().equals(Cases.DURING_OTHER)) {
                return new Timing(1, iterations, ScrapeCase.SECOND_MILLIS); // each iteration has a scrape
            }
            int factor = LONG_OPERATIONS.contains(subject.benchmark()) ? 5 : 1;
            int warmupIterations = warmups * subject.warmupFactor();
            return subject.hasBarrier()
                    ? new Timing(warmupIterations, iterations, factor * millis)
                    : new Timing(Math.ceilDiv(warmupIterations, 3), iterations, 3 * millis);
        }
    }

    /**
     * Creates a runner.
     *
     * @param directory folder of JMH's logs, of the peers and of the start script
     * @param failures receives the subjects that fail, with the reason
     */
    Forks(Path directory, Timing timing, Failures failures) {
        this.directory = directory;
        this.timing = timing;
        this.failures = failures;
        // JMH's lock would fail this run while another benchmark runs on the machine.
        System.setProperty("jmh.ignoreLock", "true");
    }

    /** Runs a subject in one fork and returns its iterations, or null if it failed. */
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
        double[] bytes = iterations.stream()
                .map(it -> it.getSecondaryResults().get("gc.alloc.rate.norm"))
                .filter(Objects::nonNull)
                .mapToDouble(Result<?>::getScore)
                .toArray();
        return new Round(nanos, cpuNanos, bytes.length == 0 ? Double.NaN : Numbers.median(bytes));
    }

    /** Returns the times of single operations as JMH samples them, in nanoseconds, or null if the fork failed. */
    org.openjdk.jmh.util.@Nullable Statistics sample(Subject subject, String label, Timing sampleTiming) {
        RunResult result = runJmh(subject, label, Mode.SampleTime, sampleTiming);
        return result == null ? null : result.getPrimaryResult().getStatistics();
    }

    private @Nullable RunResult runJmh(Subject subject, String label, Mode mode, Timing forkTiming) {
        ChainedOptionsBuilder options = new OptionsBuilder()
                .include(subject.include())
                .mode(mode)
                .timeUnit(TimeUnit.NANOSECONDS)
                .threads(subject.threads())
                .forks(1)
                .syncIterations(subject.hasBarrier())
                .warmupIterations(forkTiming.warmups())
                .warmupTime(TimeValue.milliseconds(forkTiming.millis()))
                .measurementIterations(forkTiming.iterations())
                .measurementTime(TimeValue.milliseconds(forkTiming.millis()))
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
            System.setProperty(CLASS_PATH, classPath(subject));
            return new Runner(options.build()).run().iterator().next();
        } catch (RunnerException | IOException | IllegalStateException e) {
            failures.add(subject.impl() + " in " + subject.group() + " (" + label + ")", reason(e));
            return null;
        } finally {
            System.setProperty(CLASS_PATH, ownClassPath);
        }
    }

    /** Returns the message of the first cause. JMH's own message is the same for every failure in a fork. */
    private static String reason(Exception e) {
        Throwable cause = e;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        String message = cause.getMessage();
        return (message == null ? cause.toString() : message)
                + (e instanceof RunnerException ? "; see the log of the fork" : "");
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

    /** Returns a script that starts Java with rseq disabled in libc. JMH cannot set the environment of a fork, but can set its program. */
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
     * Returns the class path for a subject.
     *
     * <p>It is the class path of this JVM, with the libraries of some peers in another version. {@code src/test/bench/peers.xml} lists
     * these versions, and {@code make bench} copies them to the folder {@code peers}. {@code spring.xml} has a web server, in the folder
     * {@code spring}.
     */
    private String classPath(Subject subject) {
        if (subject.benchmark() == SpringScrapeCase.class) {
            return withJars("spring", "", "spring-webmvc", path -> false);
        }
        return switch (subject.impl()) {
            // The JVM loads the class of the simpleclient registry, although this subject opens no such registry.
            case Impl.MICROMETER_NEXT ->
                withJars(
                        "peers",
                        "micrometer-",
                        Impl.NEXT_VERSION,
                        path -> path.contains("micrometer") && !path.contains("simpleclient"));
            case Impl.OTEL ->
                withJars("peers", "opentelemetry-", Impl.OTEL_VERSION, path -> path.contains("opentelemetry"));
            default -> ownClassPath;
        };
    }

    /**
     * Returns a class path that starts with jars of a folder and leaves out the entries that they replace.
     *
     * @param folderName name of the folder
     * @param prefix start of the file names of the jars
     * @param version text that one of the file names must contain
     * @param replaced paths of the class path to leave out
     * @throws IllegalStateException if no peer has that version
     */
    private String withJars(String folderName, String prefix, String version, Predicate<String> replaced) {
        Path folder = directory.resolve(folderName);
        File[] jars = folder.toFile().listFiles((parent, name) -> name.startsWith(prefix) && name.endsWith(".jar"));
        if (jars == null || Arrays.stream(jars).noneMatch(jar -> jar.getName().contains(version))) {
            throw new IllegalStateException(folder + " must contain " + prefix + "*" + version + ".jar, but has none");
        }
        return Stream.concat(
                        Arrays.stream(jars).map(File::getPath),
                        Arrays.stream(ownClassPath.split(File.pathSeparator)).filter(replaced.negate()))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
