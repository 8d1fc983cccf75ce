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

/** The report in Markdown: first the ratios with a limit, then every case. */
final class MarkdownReport {
    private static final String HOW_TO_READ = """
            ## How to read this

            - Figures are nanoseconds per operation and thread: the median of all iterations. On more threads than CPUs, threads wait for
              each other, so the time of an operation grows with them.
            - **Only ratios carry over to other machines.** Implementations take turns, each in a JVM of its own, in rounds. A ratio is
              computed within a round, and the report gives the median of the rounds. Below 1 is faster; a ratio above its limit is **bold**.
            - The second round has the reverse order. It begins with the cases that have a limit, on one thread and then on two, and ends
              with the time budget. It leaves out `scrape.by-*`, which has no peer. `rounds` is the number of rounds behind a figure.
            - All implementations get the same amounts from the same generator, whose cost (about 1 ns) is part of every figure of timers
              and summaries, `empty` and `floor` too.
            - `empty` is a downcall that does nothing. `floor` is a C loop around the section that commits a record, without a call from Java.
            - `longadder` and `atomiclong` are count and sum written by hand, without a maximum.
            - `http.request` is everything that Vert.x reports about one request, with two clock readings. Each binder has the registry that
              it has in a service.
            - CPU is the CPU time of the process per operation. On a quiet machine it equals the clock's time (times CPUs by threads where
              threads share CPUs). If it is much less, other processes had the CPU, and ratios of CPU time are the better ones.
              It leaves out the time that a thread waits for a lock.
            - B is the heap allocated per operation.
            """;

    private static final String OTHER_MACHINES = """
            - Machines with more CPUs than these: cache lines that many CPUs share cost the peers more there, and percpu nothing.
            """;

    private final Outcome outcome;
    private final Results results;
    private final Map<String, Object> machine;

    MarkdownReport(Outcome outcome, Map<String, Object> machine) {
        this.outcome = outcome;
        this.results = outcome.results();
        this.machine = machine;
    }

    /** The report beside its charts. */
    String text() {
        return "# Benchmarks\n\n" + summary() + '\n' + HOW_TO_READ + '\n' + cases();
    }

    /** The block of the benchmark document, which has a heading of its own and no charts. */
    String document() {
        String limits = summary();
        String all = "## Limits\n\n" + limits + "\n## Limits that are missed\n\n" + Misses.lines(limits) + '\n'
                + HOW_TO_READ + '\n' + cases();
        return all.replaceAll("!\\[]\\([^)]*\\.svg\\)\n\n", "");
    }

    /** The rows of the README. */
    String rows() {
        return new ReadmeTable(results)
                .text(outcome.start().atZone(ZoneOffset.UTC).toLocalDate().toString(), machine);
    }

    private String cases() {
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
        return out.append(tails())
                .append(instructionTable())
                .append("## What is missing\n\n")
                .append(outcome.missing().lines())
                .append(OTHER_MACHINES)
                .append("\nBy intent:\n\n")
                .append(Gaps.lines(Cases.all()))
                .toString();
    }

    /** All ratios that have a limit, where and when. */
    String summary() {
        String memoryTable = outcome.memory().table(outcome.whole());
        return new TargetTables(results, outcome.tails(), outcome.whole()).text()
                + (memoryTable.isEmpty() ? "" : "\n" + memoryTable)
                + "\nRatios of `make bench` on "
                + outcome.start() + (outcome.extent() == Outcome.Extent.QUICK ? ", a quick run" : "") + ": "
                + ReadmeTable.inWords(machine) + ".\n";
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

                Counted by callgrind, per call; `observe_long` is a histogram of 68 buckets.

                | call | instructions |
                |---|---|
                """);
        outcome.instructions()
                .forEach((call, count) -> out.append(String.format(Locale.ROOT, "| %s | %.1f |%n", call, count)));
        return out.append('\n').toString();
    }

    /** What is measured of ours alone, each point once. */
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
                    .append(" | CPU | percpu to it | B |");
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

    /** Of each number of threads, or one figure if it is the same on all. */
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
        OptionalDouble ratio = results.ratio(
                entry.caseName(), Impl.PERCPU, entry.caseName(), entry.impl(), entry.threads(), Round::medianNanos);
        boolean itself = entry.impl().equals(Impl.PERCPU);
        return " " + Numbers.nanos(entry.value()) + " ± " + Numbers.nanos(entry.error()) + " | "
                + Numbers.nanos(entry.cpu()) + " | "
                + (itself || ratio.isEmpty() ? "" : Numbers.ratio(ratio.getAsDouble())) + " | "
                + (Double.isNaN(entry.bytesPerOp()) ? Outcome.NOT_MEASURED : Math.round(entry.bytesPerOp())) + " |";
    }
}
