package dev.percpu.bench;

import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A report in Markdown. Ratios with a limit come first, then all cases. */
final class MarkdownReport {
    /** Of all native functions. Names with it look like metrics of the service. */
    private static final String PREFIX = "percpu_";

    private static final String HOW_TO_READ = """
            ## How to read this

            - Figures are nanoseconds per operation and thread: the median of all iterations. With more threads than CPUs, threads wait for
              a CPU, and the time of an operation includes that wait.
            - **Only ratios carry over to other machines.** Benchmarks run in rounds. In a round, the implementations of a case run one
              after another, each in a JVM of its own. A ratio is computed within a round, and the report gives the median of the rounds.
              A ratio below 1 means that percpu is faster. A ratio above its limit is **bold**.
            - The second round has the reverse order. It starts with the cases that have a limit, on one thread and then on two, and ends
              with the time budget. It excludes `scrape.by-*`, which has no peer. `rounds` is the number of rounds of a figure.
            - All implementations record the same amounts from the same generator. Its cost (about 1 ns) is part of every figure of timers
              and summaries, also of `empty` and `floor`.
            - `empty` is a downcall that does nothing. `floor` is a C loop around the section that commits a record, without
              a call from Java.
            - In a case of scrapes, `floor` copies the text of percpu's scrape through a buffer of 64 KiB.
            - `longadder` and `atomiclong` are a count and a sum written with the JDK alone, without a maximum.
            - `http.request` is the sequence of calls that Vert.x makes for one request, with two clock readings. Each binder uses the same
              registry as in a service.
            - CPU is the CPU time of the process per operation. On an idle machine it equals the elapsed time. Where threads share CPUs,
              it is that time multiplied by CPUs and divided by threads. If it is much less, other processes used the CPU, and ratios of
              CPU time are more accurate. CPU time excludes the time in which a thread waits for a lock.
            - B is the heap allocated per operation, in bytes.
            - `percpu ratio` is the time of percpu divided by the time of the implementation in that row.
            """;

    private static final String OTHER_MACHINES = """
            - Machines with more CPUs. The peers share cache lines between CPUs, which costs more there; percpu shares that of a new maximum only.
            """;

    private final Outcome outcome;
    private final Results results;
    private final Map<String, Object> machine;

    MarkdownReport(Outcome outcome, Map<String, Object> machine) {
        this.outcome = outcome;
        this.results = outcome.results();
        this.machine = machine;
    }

    /** Returns the report that is written to the folder of its charts. */
    String text() {
        return "# Benchmarks\n\n" + summary() + '\n' + HOW_TO_READ + '\n' + cases();
    }

    /** Returns the generated block of the benchmark document, without a title and charts. */
    String document() {
        String limits = summary();
        String all = "## Limits\n\n" + limits + "\n## Limits that are missed\n\n" + MissedLimits.lines(limits) + '\n'
                + HOW_TO_READ + '\n' + cases();
        return all.replaceAll("!\\[]\\([^)]*\\.svg\\)\n\n", "");
    }

    /** Returns the generated block of the README. */
    String rows() {
        return new ReadmeTable(results)
                .text(outcome.start().atZone(ZoneOffset.UTC).toLocalDate().toString(), machine);
    }

    /** Returns what a run prints: the rows of the README, and if cases were selected by name, also their limits and tables. */
    String page() {
        String selected = outcome.extent() == Outcome.Extent.SELECTED ? summary() + '\n' + tables() : "";
        return (rowsMeasured() ? rows() + '\n' : "")
                + selected.replaceAll("!\\[]\\([^)]*\\.svg\\)\n\n", "")
                + outcome.failures().lines();
    }

    private boolean rowsMeasured() {
        return outcome.extent() != Outcome.Extent.SELECTED || !rows().contains(Outcome.NOT_MEASURED);
    }

    private String cases() {
        return tables()
                + "## Not measured\n\n"
                + outcome.failures().lines()
                + OTHER_MACHINES
                + "\nExcluded on purpose:\n\n"
                + Exclusions.lines(Cases.all());
    }

    private String tables() {
        StringBuilder out = new StringBuilder();
        Set<String> charts = new HashSet<>();
        for (String caseName : results.entries().stream()
                .map(Results.Entry::caseName)
                .distinct()
                .toList()) {
            Optional<String> chart = Growth.chartOf(caseName);
            if (chart.isEmpty()) {
                out.append(table(caseName)).append('\n');
            } else if (charts.add(chart.get())) {
                out.append(growthTable(chart.get())).append('\n');
            }
        }
        return out.append(tails()).append(instructionTable()).toString();
    }

    /** Returns the tables of all ratios with a limit, with the machine and the time of the run. */
    String summary() {
        String memoryTable = outcome.memory().table(outcome.whole());
        return new TargetTables(results, outcome.tails(), outcome.whole()).text()
                + (outcome.spreads().isEmpty() ? "" : "\n" + Spread.table(outcome.spreads()))
                + (memoryTable.isEmpty() ? "" : "\n" + memoryTable)
                + "\nRatios of `make bench` on "
                + outcome.start() + (outcome.extent() == Outcome.Extent.QUICK ? ", a quick run" : "") + ": "
                + Machine.line(machine) + ".\n";
    }

    private String tails() {
        if (outcome.tails().isEmpty()) {
            return outcome.whole() ? "## Tail\n\n" + Outcome.NOT_MEASURED + "\n\n" : "";
        }
        return new TailTables(outcome.tails()).text();
    }

    private String instructionTable() {
        if (outcome.instructions().isEmpty()) {
            return outcome.whole() ? "## Instructions in C\n\n" + Outcome.NOT_MEASURED + "\n\n" : "";
        }
        StringBuilder out = new StringBuilder("""
                ## Instructions in C

                Instructions per call, counted by callgrind. `observe_long` records into a histogram of 68 buckets.

                | call | instructions |
                |---|---|
                """);
        outcome.instructions()
                .forEach((call, count) -> out.append(
                        String.format(Locale.ROOT, "| %s | %.1f |%n", call.substring(PREFIX.length()), count)));
        return out.append('\n').toString();
    }

    /** Returns the table of a growth chart, which has percpu alone and one round. */
    private String growthTable(String chart) {
        StringBuilder out =
                new StringBuilder("## " + chart + "\n\n![](" + chart + ".svg)\n\n| | ns | B |\n|---|---|---|\n");
        for (Results.Entry entry : results.entries()) {
            if (Growth.chartOf(entry.caseName()).equals(Optional.of(chart))) {
                out.append("| ").append(entry.caseName().substring(chart.length() + 1));
                out.append(" | ").append(Numbers.nanos(entry.value()));
                out.append(" | ").append(Math.round(entry.bytesPerOp())).append(" |\n");
            }
        }
        return out.toString();
    }

    private String table(String caseName) {
        List<Results.Entry> entries = results.entries().stream()
                .filter(it -> it.caseName().equals(caseName))
                .toList();
        TreeSet<Integer> threads =
                new TreeSet<>(entries.stream().map(Results.Entry::threads).toList());
        StringBuilder out = new StringBuilder("## " + caseName + "\n\n![](" + caseName + ".svg)\n\n| |");
        StringBuilder rule = new StringBuilder("|---|");
        for (int count : threads) {
            out.append(' ')
                    .append(count)
                    .append(count == 1 ? " thread" : " threads")
                    .append(" | CPU | percpu ratio | B |");
            rule.append("---|---|---|---|");
        }
        out.append(" rounds |\n").append(rule).append("---|\n");
        for (String impl : entries.stream().map(Results.Entry::impl).distinct().toList()) {
            out.append("| ").append(impl).append(" |");
            for (int count : threads) {
                out.append(figures(results.entry(caseName, impl, count)));
            }
            out.append(' ').append(rounds(entries, impl)).append(" |\n");
        }
        return out.toString();
    }

    /** Returns the rounds of each number of threads, or one number if all are equal. */
    private static String rounds(List<Results.Entry> entries, String impl) {
        List<String> rounds = entries.stream()
                .filter(it -> it.impl().equals(impl))
                .sorted(Comparator.comparingInt(Results.Entry::threads))
                .map(it -> Integer.toString(it.rounds()))
                .toList();
        return rounds.stream().distinct().count() == 1 ? rounds.getFirst() : String.join(" / ", rounds);
    }

    private String figures(Results.@Nullable Entry entry) {
        if (entry == null) {
            return " | | | |";
        }
        String peer = entry.impl();
        Target compared = new Target(Impl.PERCPU, entry.caseName(), entry.caseName(), peer, Double.NaN);
        OptionalDouble ratio = results.ratio(compared, entry.threads(), Round::medianNanos);
        boolean isPercpu = entry.impl().equals(Impl.PERCPU);
        return " " + Numbers.nanos(entry.value()) + " ± " + Numbers.nanos(entry.error()) + " | "
                + Numbers.nanos(entry.cpu()) + " | "
                + (isPercpu || ratio.isEmpty() ? "" : Numbers.ratio(ratio.getAsDouble())) + " | "
                + (Double.isNaN(entry.bytesPerOp()) ? Outcome.NOT_MEASURED : Math.round(entry.bytesPerOp())) + " |";
    }
}
