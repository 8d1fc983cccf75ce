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
 * Instructions of each record call in C, counted by valgrind's callgrind: repeatable to the last one whatever else the machine does.
 * Needs a C compiler and valgrind, and is left out without.
 */
final class Instructions {
    private static final Path SOURCE = Path.of("src/test/native/bench/instructions.c");
    private static final Path FLOORS = SOURCE.resolveSibling("floors.c");
    private static final int CALLS = 100_000;
    private static final String OBSERVE_LONG = "percpu_observe_long";
    private static final Set<String> CALLED =
            Set.of("percpu_empty", "percpu_add_long", "percpu_add_double", OBSERVE_LONG, "percpu_observe_double");

    /** What an observation goes on to where the buckets are close to each other. */
    private static final Pattern OVERFLOW = Pattern.compile("observe_(long|double)_overflow");

    private static final Pattern LINE =
            Pattern.compile("^\\s*([0-9,]+) .*:((?:percpu|observe)_\\w+?)(?:__libc)?(?:'\\d+)?\\s*(?:\\[|$)");

    /** Buckets that the program knows, besides the classic ones that it takes if it is told nothing. */
    private static final Map<String, String> NATIVE_HISTOGRAMS =
            Map.of("native3", "native histogram of schema 3", "native5", "native histogram of schema 5");

    private final Path directory;
    private final Missing missing;

    /**
     * @param directory for what compiler and valgrind write
     * @param missing takes the reason why there are none
     */
    Instructions(Path directory, Missing missing) {
        this.directory = directory.resolve("callgrind");
        this.missing = missing;
    }

    /** By name of the call; empty where it cannot be had. */
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
            Map<String, Double> counts = counted(program, "classic");
            for (Map.Entry<String, String> buckets : new TreeMap<>(NATIVE_HISTOGRAMS).entrySet()) {
                Double count = counted(program, buckets.getKey()).get(OBSERVE_LONG);
                if (count != null) {
                    counts.put(OBSERVE_LONG + ", " + buckets.getValue(), count);
                }
            }
            for (String call : new TreeSet<>(CALLED)) {
                if (!counts.containsKey(call)) {
                    missing.add("instructions of " + call, "callgrind names no such function");
                }
            }
            return counts;
        } catch (IOException e) {
            missing.add("instructions in C", e.getMessage());
            return Map.of();
        }
    }

    private static Path library() throws IOException {
        try (var files = Files.walk(Path.of("target/native"))) {
            String machine = System.getProperty("os.arch").equals("amd64") ? "x86_64" : System.getProperty("os.arch");
            return files.filter(it -> it.endsWith("linux-" + machine + "/libpercpu.so"))
                    .min(Comparator.naturalOrder())
                    .orElseThrow(() -> new IOException("there is no native library of " + machine));
        }
    }

    private Map<String, Double> counted(String program, String buckets) throws IOException {
        Path counts = directory.resolve("callgrind.out");
        run(
                "valgrind",
                "--tool=callgrind",
                "--callgrind-out-file=" + counts,
                program,
                Integer.toString(CALLS),
                buckets);
        return parsed(run("callgrind_annotate", "--threshold=100", counts.toString()));
    }

    private static Map<String, Double> parsed(List<String> lines) {
        Map<String, Double> counts = new LinkedHashMap<>();
        for (String line : lines) {
            Matcher matcher = LINE.matcher(line.replaceAll("\\(\\s*[0-9.]+%\\)", ""));
            if (!matcher.find()) {
                continue;
            }
            String call = OVERFLOW.matcher(matcher.group(2)).replaceFirst("percpu_observe_$1");
            if (CALLED.contains(call)) {
                double perCall = Double.parseDouble(matcher.group(1).replace(",", "")) / CALLS;
                counts.merge(call, perCall, Double::sum); // a line for each file that was inlined
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
                throw new IOException(command[0] + " ended with " + result + ", see " + output);
            }
        } catch (InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new IOException("interrupted");
        }
        return Files.readAllLines(output);
    }
}
