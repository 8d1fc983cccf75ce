package dev.percpu.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Runs the benchmarks and writes {@code report.json}, {@code report.md} and a chart per case to the folder {@code bench.out}.
 *
 * <p>Everything is run in rounds: in each, every implementation of a case has one fork, one shortly after the other. Ratios are taken
 * within a round. {@link Plan} tells what is in which.
 */
public final class Benchmarks {
    /** After these, forks of later rounds are left out; memory, tail and instructions take another four minutes. */
    private static final Duration BUDGET = Duration.ofMinutes(11);

    private static final Duration QUICK_BUDGET = Duration.ofSeconds(150);

    static final Path DOCUMENT = Path.of("src/site/markdown/benchmarks.md");

    private Benchmarks() {}

    /**
     * @param args a regular expression that the names of cases have to match, or nothing for all; then one for implementations; or
     *     {@code http.server} for {@link EndToEnd}, which is not among the others
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
        if (documents && (quick || args.length > 0)) {
            System.err.println("README=1 must be used with a whole run or ARGS=http.server, but was used with "
                    + (quick ? "QUICK=1" : "ARGS=\"" + String.join(" ", args) + "\""));
            System.exit(1);
        }
        List<Subject> subjects = selected(quick ? Cases.quick() : Cases.all(), args);
        Instant start = Instant.now();
        Missing missing = new Missing();
        Forks forks = new Forks(directory, quick ? new Forks.Timing(4, 4, 100) : new Forks.Timing(4, 6, 100), missing);
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
                Pattern.compile(args.length > 0 ? args[0] : quick ? "^memory\\.(counter|timer|histogram)" : ""),
                missing);
        Report report = new Report(new Outcome(
                results,
                memory,
                whole ? Tail.measure(forks) : List.of(),
                whole ? new Instructions(directory, missing).count() : Map.of(),
                missing,
                start.truncatedTo(ChronoUnit.SECONDS),
                whole ? Outcome.Extent.WHOLE : quick ? Outcome.Extent.QUICK : Outcome.Extent.CHOSEN));
        report.write(directory);
        if (documents) {
            report.writeDocuments(Path.of("README.md"), DOCUMENT);
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
                Plan.ROUNDS,
                index + 1,
                size,
                subject.group(),
                subject.impl(),
                Numbers.nanos(measured.medianNanos()),
                Numbers.nanos(measured.medianCpuNanos()));
    }
}
