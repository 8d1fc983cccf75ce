package dev.percpu.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The instruction counts of each record call in C, from callgrind of valgrind. Not thread-safe.
 *
 * <p>The counts are exact and do not depend on the load of the machine. They need a C compiler and valgrind. Without them the report has no
 * instruction counts, and gives the reason.
 */
final class Instructions {
    private static final Path SOURCE = Path.of("src/test/native/bench/instructions.c");
    private static final Path FLOORS = SOURCE.resolveSibling("floors.c");
    private static final int CALLS = 100_000;
    private static final String OBSERVE_LONG = "percpu_observe_long";
    private static final Set<String> CALLS_IN_REPORT = Set.of(
            "percpu_empty",
            "percpu_add_long",
            "percpu_add_double",
            OBSERVE_LONG,
            "percpu_observe_double",
            "percpu_observe_n_long",
            "percpu_observe_n_double");

    /** Functions that observations call where the buckets are close to each other. Their counts are added to the caller's. */
    private static final Pattern OVERFLOW = Pattern.compile("observe_((?:n_)?(?:long|double))_overflow");

    private static final Pattern LINE =
            Pattern.compile("^\\s*([0-9,]+) .*:((?:percpu|observe)_\\w+?)(?:__libc)?(?:'\\d+)?\\s*(?:\\[|$)");

    /** Titles of the native histograms, by the program's argument. Its default is classic buckets. */
    private static final Map<String, String> NATIVE_HISTOGRAMS =
            Map.of("native3", "native histogram of schema 3", "native5", "native histogram of schema 5");

    private final Path directory;
    private final Failures failures;

    /**
     * Creates a counter of instructions.
     *
     * @param directory folder for the output of compiler and valgrind
     * @param failures receives the calls without a count, with the reason
     */
    Instructions(Path directory, Failures failures) {
        this.directory = directory.resolve("callgrind");
        this.failures = failures;
    }

    /** Returns the instructions per call, by the name of the call. Empty if valgrind or the compiler failed. */
    Map<String, Double> count() {
        try {
            Files.createDirectories(directory);
            Path library = library();
            String program = directory.resolve("instructions").toString();
            run(
                    "cc",
                    "-std=gnu11",
                    "-O2",
                    "-Isrc/main/native",
                    "-o",
                    program,
                    SOURCE.toString(),
                    FLOORS.toString(),
                    library.toString(),
                    "-Wl,-rpath," + library.toAbsolutePath().getParent());
            Map<String, Double> counts = instructionsPerCall(program, "classic");
            for (Map.Entry<String, String> buckets : new TreeMap<>(NATIVE_HISTOGRAMS).entrySet()) {
                Double count = instructionsPerCall(program, buckets.getKey()).get(OBSERVE_LONG);
                if (count != null) {
                    counts.put(OBSERVE_LONG + ", " + buckets.getValue(), count);
                }
            }
            for (String call : new TreeSet<>(CALLS_IN_REPORT)) {
                if (!counts.containsKey(call)) {
                    failures.add(
                            "instructions of " + call,
                            "the output of callgrind must contain this function, but does not");
                }
            }
            return counts;
        } catch (IOException e) {
            failures.add("instructions in C", e.getMessage());
            return Map.of();
        }
    }

    private static Path library() throws IOException {
        try (var files = Files.walk(Path.of("target/native"))) {
            String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
            return files.filter(it -> it.endsWith("linux-" + machine + "/libpercpu.so"))
                    .min(Comparator.naturalOrder())
                    .orElseThrow(() -> new IOException(
                            "target/native must contain the library of linux-" + machine + ", but does not"));
        }
    }

    private Map<String, Double> instructionsPerCall(String program, String buckets) throws IOException {
        Path counts = directory.resolve("callgrind.out");
        run(
                "valgrind",
                "--tool=callgrind",
                "--callgrind-out-file=" + counts,
                program,
                Integer.toString(CALLS),
                buckets);
        return parse(run("callgrind_annotate", "--threshold=100", counts.toString()));
    }

    private static Map<String, Double> parse(List<String> lines) {
        Map<String, Double> counts = new LinkedHashMap<>();
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line.replaceAll("\\(\\s*[0-9.]+%\\)", ""));
            if (!matcher.find()) {
                continue;
            }
            String call = OVERFLOW.matcher(matcher.group(2)).replaceFirst("percpu_observe_$1");
            if (CALLS_IN_REPORT.contains(call)) {
                double perCall = Double.parseDouble(matcher.group(1).replace(",", "")) / CALLS;
                counts.merge(call, perCall, Double::sum); // callgrind prints one line for each file of inlined code
            }
        }
        return counts;
    }

    private List<String> run(String... command) throws IOException {
        Path output = directory.resolve(command[0] + ".txt");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            int result = process.waitFor();
            if (result != 0) {
                throw new IOException(command[0] + " must exit with status 0, but was " + result + "; see " + output);
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted");
        }
        return Files.readAllLines(output);
    }
}
