package dev.percpu.bench;

import dev.percpu.bench.ingest.IngestCost;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The program of {@code make bench}. It writes {@code report.json}, {@code report.md} and one chart per case to the folder {@code
 * bench.out}.
 *
 * <p>Benchmarks run in rounds. In a round, each implementation of a case runs in one fork, and these forks follow each other directly.
 * Ratios are computed within a round. {@link Plan} lists the subjects of each round.
 */
public final class Benchmarks {
    /** Time after which later rounds start no forks. Memory, tail, spread and instructions take seven more minutes. */
    private static final Duration BUDGET = Duration.ofMinutes(11);

    private static final Duration QUICK_BUDGET = Duration.ofSeconds(150);

    static final Path DOCUMENT = Path.of("src/site/markdown/benchmarks.md");

    private Benchmarks() {}

    /**
     * Runs the selected benchmarks.
     *
     * @param args first a regular expression that case names must contain, then one for implementation names; both are optional. They select
     *     from all cases, in a quick run too. A first
     *     argument {@code http.server} runs {@link EndToEnd} alone, and {@code ingest} runs {@link IngestCost} alone.
     * @throws IOException if a report or log cannot be written
     */
    public static void main(String[] args) throws IOException {
        boolean quick = Boolean.getBoolean("bench.quick");
        boolean documents = Boolean.getBoolean("bench.readme");
        Path directory = Path.of(System.getProperty("bench.out", "target/bench"));
        Files.createDirectories(directory);
        if (args.length > 0 && args[0].equals("http.server")) {
            EndToEnd.run(directory.resolveSibling("load"), directory, documents ? DOCUMENT : null);
            return;
        }
        if (args.length > 0 && args[0].equals("ingest")) {
            IngestCost.run(directory.toAbsolutePath().getParent(), directory, documents ? DOCUMENT : null);
            return;
        }
        if (documents && quick) {
            System.err.println("README=1 must be used with a full run of its cases, but was used with QUICK=1");
            System.exit(1);
        }
        List<Subject> subjects = selected(quick && args.length == 0 ? Cases.quick() : Cases.all(), args);
        List<String> memoryCases = MemoryCases.names().stream()
                .filter(Pattern.compile(args.length > 0 ? args[0] : "").asPredicate())
                .toList();
        if (subjects.isEmpty() && memoryCases.isEmpty() && !named(Tail.NAME, args) && !named(Spread.NAME, args)) {
            System.err.println(noMatch(args));
            System.exit(1);
        }
        Instant start = Instant.now();
        Failures failures = new Failures();
        Forks forks = new Forks(directory, quick ? new Forks.Timing(4, 4, 100) : new Forks.Timing(4, 6, 100), failures);
        Results results = new Results();
        for (int round = 1; round <= Plan.ROUNDS; round++) {
            List<Subject> planned = Plan.of(round, subjects);
            for (int i = 0; i < planned.size(); i++) {
                if (round > 1 && Duration.between(start, Instant.now()).compareTo(quick ? QUICK_BUDGET : BUDGET) > 0) {
                    break;
                }
                Subject subject = planned.get(i);
                Round measured = forks.run(subject, "round-" + round);
                if (measured != null) {
                    results.add(subject, round, measured);
                    progress(start, round, i, planned.size(), subject, measured);
                }
            }
        }
        boolean whole = args.length == 0 && !quick;
        MemoryCases memory = MemoryCases.measure(
                Pattern.compile(args.length > 0 ? args[0] : quick ? "^memory\\.(counter|timer|histogram-timer)$" : ""),
                failures);
        Report report = new Report(new Outcome(
                results,
                memory,
                whole || named(Tail.NAME, args) ? Tail.measure(forks) : List.of(),
                whole || named(Spread.NAME, args) ? Spread.measure(forks) : List.of(),
                whole ? new Instructions(directory, failures).count() : Map.of(),
                failures,
                start.truncatedTo(ChronoUnit.SECONDS),
                whole
                        ? Outcome.Extent.WHOLE
                        : quick && args.length == 0 ? Outcome.Extent.QUICK : Outcome.Extent.SELECTED));
        report.write(directory);
        if (documents) {
            report.writeReadme(Path.of("README.md"));
        }
        if (documents && whole) {
            report.writeDocument(DOCUMENT);
        }
        System.out.println("\n" + report.page() + "\nAll figures are in " + directory.resolve("report.md"));
    }

    /** Returns the error message for arguments that select nothing. */
    static String noMatch(String[] args) {
        Set<String> cases = new TreeSet<>(MemoryCases.names());
        cases.add(Tail.NAME);
        cases.add(Spread.NAME);
        Set<String> impls = new TreeSet<>();
        for (Subject subject : Cases.all()) {
            cases.add(subject.caseName());
            impls.add(subject.impl());
        }
        return "ARGS must select a case by a regular expression, and optionally an implementation of that case by a second one,"
                + " but was \"" + String.join(" ", args) + "\"\nCases: " + String.join(", ", cases)
                + ", http.server, ingest, page, start\nImplementations: " + String.join(", ", impls);
    }

    /** Returns whether the arguments select a measurement that is no case of its own. */
    private static boolean named(String name, String[] args) {
        return args.length > 0 && Pattern.compile(args[0]).matcher(name).find();
    }

    static List<Subject> selected(List<Subject> subjects, String[] args) {
        Pattern caseName = Pattern.compile(args.length > 0 ? args[0] : "");
        Pattern impl = Pattern.compile(args.length > 1 ? args[1] : "");
        return subjects.stream()
                .filter(it -> caseName.matcher(it.caseName()).find()
                        && impl.matcher(it.impl()).find())
                .toList();
    }

    private static void progress(Instant start, int round, int index, int size, Subject subject, Round measured) {
        System.out.printf(
                "%4d s  round %d of %d, %3d of %d  %-46s %-24s %8s ns, CPU %8s ns%n",
                Duration.between(start, Instant.now()).toSeconds(),
                round,
                Plan.ROUNDS,
                index + 1,
                size,
                subject.group(),
                subject.impl(),
                Numbers.nanos(measured.medianNanos()),
                Numbers.nanos(measured.medianCpuNanos()));
    }
}
