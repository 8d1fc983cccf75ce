package dev.percpu.bench;

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

/** The report for people: first what we set ourselves, then every case. */
final class MarkdownReport {
    private static final String HOW_TO_READ = """
            ## How to read this

            - Figures are nanoseconds per operation and thread: the median of all iterations. On more threads than CPUs, threads wait for
              each other, so the time of an operation grows with them.
            - **Only ratios carry over to other machines.** Implementations take turns, each in a JVM of its own, in rounds; a ratio is
              taken within a round, and the median of the rounds is given. Below 1 means faster than what it is compared with; one above its limit is **bold**.
            - The second round has the other order. It begins with what has a limit, on one thread and then on two, goes on as far as the
              time lasts, and leaves out `scrape.by-*`, where ours is alone: `rounds` says how many each figure is from.
            - Everybody gets the same amounts from the same generator, whose cost (about 1 ns) is in every figure of timers and summaries,
              `empty` and `floor` too.
            - `empty` is a downcall that does nothing, `floor` a C loop around the section that commits a record, without any call from Java.
            - `longadder` and `atomiclong` are what one writes by hand: count and sum, without a maximum.
            - `http.request` is all that Vert.x tells about one request, told to ours and to Quarkus' binder, each with the registry it has in a
              service; two readings of the clock are in both.
            - CPU is the CPU time of the process per operation. On a quiet machine it is the clock's time (times CPUs by threads where
              threads share them); where it is much less, other processes had the CPU meanwhile, and ratios of CPU time are the better ones.
              It leaves out the time that a thread waits for a lock.
            - B is the heap allocated per operation.
            """;

    private static final String OTHER_MACHINES = """
            - Machines with more CPUs than these: cache lines that many CPUs share cost the peers more there, and us nothing.
            """;

    private final Outcome outcome;
    private final Results results;
    private final Map<String, Object> machine;

    MarkdownReport(Outcome outcome, Map<String, Object> machine) {
        this.outcome = outcome;
        this.results = outcome.results();
        this.machine = machine;
    }

    String text() {
        StringBuilder out =
                new StringBuilder("# Benchmarks\n\n").append(summary()).append('\n');
        out.append(HOW_TO_READ).append('\n');
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

    /** What the README shows: where and when, and how we stand to our aims. */
    String summary() {
        String memoryTable = outcome.memory().table(outcome.whole());
        return new TargetTables(results, outcome.tails(), outcome.whole()).text()
                + (memoryTable.isEmpty() ? "" : "\n" + memoryTable)
                + "\nRatios of `make bench` on "
                + outcome.start() + (outcome.extent() == Outcome.Extent.QUICK ? ", a quick run" : "") + ": "
                + machine.get("processor") + ", " + machine.get("cpus") + " CPUs, " + machine.get("kernel") + ", "
                + machine.get("jdk") + ".\n";
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
