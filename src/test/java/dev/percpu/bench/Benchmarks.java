package dev.percpu.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Runs the benchmarks and writes {@code report.json}, {@code report.md} and a chart per case to the folder {@code bench.out}.
 *
 * <p>Everything is run in rounds: in each, every implementation of a case has one fork, one shortly after the other. Ratios are taken
 * within a round.
 */
public final class Benchmarks {
    private static final int ROUNDS = 2;
    /** On a machine that is not quiet a fork takes longer. After these, forks of later rounds are left out. */
    private static final Duration BUDGET = Duration.ofMinutes(12);

    private static final Duration QUICK_BUDGET = Duration.ofSeconds(150);

    private Benchmarks() {}

    /**
     * @param args a regular expression that the names of cases have to match, or nothing for all; then one for implementations; or
     *     {@code http.server} for {@link EndToEnd}, which is not among the others
     */
    public static void main(String[] args) throws IOException {
        boolean quick = Boolean.getBoolean("bench.quick");
        Path directory = Path.of(System.getProperty("bench.out", "target/bench"));
        Files.createDirectories(directory);
        if (args.length > 0 && args[0].equals("http.server")) {
            EndToEnd.run(directory.resolveSibling("load"), directory);
            return;
        }
        List<Subject> subjects = selected(quick ? Cases.quick() : Cases.all(), args);
        Instant start = Instant.now();
        Forks forks = new Forks(directory, quick ? new Forks.Timing(4, 4, 100) : new Forks.Timing(4, 6, 100));
        Results results = new Results();
        for (int round = 1; round <= ROUNDS; round++) {
            for (int i = 0; i < subjects.size(); i++) {
                if (round > 1 && Duration.between(start, Instant.now()).compareTo(quick ? QUICK_BUDGET : BUDGET) > 0) {
                    break;
                }
                Subject subject = subjects.get(i);
                Round measured = forks.run(subject, "round-" + round);
                if (measured != null) {
                    results.add(subject, round, measured);
                    progress(start, round, i, subjects.size(), subject, measured);
                }
            }
        }
        boolean whole = args.length == 0 && !quick;
        MemoryCases memory = MemoryCases.measure(
                Pattern.compile(args.length > 0 ? args[0] : quick ? "^memory\\.(counter|timer|histogram)" : ""));
        Report report = new Report(
                results,
                memory,
                whole ? Tail.measure(forks) : List.of(),
                whole ? new Instructions(directory).count() : Map.of(),
                start,
                quick);
        report.write(directory);
        if (Boolean.getBoolean("bench.readme")) {
            ReadmeTable.write(Path.of("README.md"), report.summary());
        }
        System.out.println(Files.readString(directory.resolve("report.md")));
    }

    private static List<Subject> selected(List<Subject> subjects, String[] args) {
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
                ROUNDS,
                index + 1,
                size,
                subject.group(),
                subject.impl(),
                Numbers.nanos(measured.medianNanos()),
                Numbers.nanos(measured.medianCpuNanos()));
    }
}
