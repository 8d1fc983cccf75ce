package dev.percpu.bench;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The report for people: first what we set ourselves, then every case. */
final class MarkdownReport {
    private static final String HOW_TO_READ = """
            ## How to read this

            - Figures are nanoseconds per operation and thread: the median of all iterations. On more threads than CPUs, threads wait for
              each other, so the time of an operation grows with them.
            - **Only ratios carry over to other machines.** Implementations take turns, each in a JVM of its own, in %d rounds; a ratio is
              taken within a round, and the median of the rounds is given. Below 1 means faster than what it is compared with; one above its limit is **bold**.
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

    private static final String LEFT_OUT = """
            ## What is missing

            - OpenTelemetry in `lookup.counter`: its API looks a series up in every record and hands none out.
            - Machines with more CPUs than these: cache lines that many CPUs share cost the peers more there, and us nothing.
            """;

    private final Results results;
    private final MemoryCases memory;
    private final List<Tail> tails;
    private final Map<String, Double> instructions;
    private final Map<String, Object> machine;
    private final Instant start;
    private final boolean quick;

    MarkdownReport(
            Results results,
            MemoryCases memory,
            List<Tail> tails,
            Map<String, Double> instructions,
            Map<String, Object> machine,
            Instant start,
            boolean quick) {
        this.results = results;
        this.memory = memory;
        this.tails = tails;
        this.instructions = instructions;
        this.machine = machine;
        this.start = start;
        this.quick = quick;
    }

    String text() {
        StringBuilder out =
                new StringBuilder("# Benchmarks\n\n").append(summary()).append('\n');
        out.append(HOW_TO_READ.formatted(results.roundCount())).append('\n');
        for (String caseName : results.entries().stream()
                .map(Results.Entry::caseName)
                .distinct()
                .toList()) {
            out.append(table(caseName)).append('\n');
        }
        return out.append(tailTable())
                .append(instructionTable())
                .append(LEFT_OUT)
                .toString();
    }

    /** What the README shows: where and when, and how we stand to our aims. */
    String summary() {
        String memoryTable = memory.table();
        return targets() + allocated() + (memoryTable.isEmpty() ? "" : "\n" + memoryTable)
                + "\nRatios of `make bench` on "
                + start + (quick ? ", a quick run" : "") + ": "
                + machine.get("processor") + ", " + machine.get("cpus") + " CPUs, " + machine.get("kernel") + ", "
                + machine.get("jdk") + ".\n";
    }

    private String tailTable() {
        if (tails.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("""
                ## Tail

                Single records into one of 1,000 histogram timers, nanoseconds, the reading of the clock included.

                | | | p50 | p99 | p99.9 | max |
                |---|---|---|---|---|---|
                """);
        for (Tail tail : tails) {
            out.append("| ").append(tail.caseName()).append(" | ").append(tail.impl());
            for (double nanos : new double[] {tail.p50(), tail.p99(), tail.p999(), tail.max()}) {
                out.append(" | ").append(Math.round(nanos));
            }
            out.append(" |\n");
        }
        return out.append('\n').append(tailRatios()).toString();
    }

    /** How much longer the longest records in 1,000 take while scrapes go on. */
    private String tailRatios() {
        StringBuilder out = new StringBuilder();
        for (String impl : tails.stream().map(Tail::impl).distinct().toList()) {
            OptionalDouble ratio = tailRatio(impl);
            if (ratio.isPresent()) {
                out.append("- p99.9 of ").append(impl).append(" during scrapes to without: ");
                boolean ours = impl.equals(Impl.PERCPU);
                out.append(ours ? tailCell(ratio) : Numbers.ratio(ratio.getAsDouble()));
                out.append(ours ? " (at most " + Numbers.ratio(Target.TAIL_DURING_SCRAPES) + ")\n" : "\n");
            }
        }
        return out.isEmpty() ? "" : out.append('\n').toString();
    }

    private OptionalDouble tailRatio(String impl) {
        OptionalDouble during = p999(Cases.DURING_SCRAPE, impl);
        OptionalDouble alone = p999(Cases.TIMER_HISTOGRAM, impl);
        return during.isPresent() && alone.isPresent()
                ? OptionalDouble.of(during.getAsDouble() / alone.getAsDouble())
                : OptionalDouble.empty();
    }

    private OptionalDouble p999(String caseName, String impl) {
        return tails.stream()
                .filter(it -> it.caseName().equals(caseName) && it.impl().equals(impl))
                .mapToDouble(Tail::p999)
                .findFirst();
    }

    /** As a target's. */
    private String tailTarget() {
        OptionalDouble ratio = tailRatio(Impl.PERCPU);
        return ratio.isEmpty()
                ? ""
                : "| " + Cases.DURING_SCRAPE + ", p99.9 | " + Impl.PERCPU + " | " + Impl.PERCPU + " without scrapes | "
                        + Numbers.ratio(Target.TAIL_DURING_SCRAPES) + " | " + tailCell(ratio) + " | | | |\n";
    }

    private static String tailCell(OptionalDouble ratio) {
        String text = Numbers.ratio(ratio.orElseThrow());
        return ratio.getAsDouble() <= Target.TAIL_DURING_SCRAPES ? text : "**" + text + "**";
    }

    private String instructionTable() {
        if (instructions.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("""
                ## Instructions in C

                Counted by callgrind, per call; `observe_long` is a histogram of 68 buckets.

                | call | instructions |
                |---|---|
                """);
        instructions.forEach((call, count) -> out.append(String.format(Locale.ROOT, "| %s | %.1f |%n", call, count)));
        return out.append('\n').toString();
    }

    private String targets() {
        StringBuilder out = new StringBuilder("""
                | case | ours | against | at most | 1 thread | CPU time | 2 threads | CPU time |
                |---|---|---|---|---|---|---|---|
                """);
        for (Target target : Target.ALL) {
            StringBuilder line = new StringBuilder("| " + target.caseName() + " | " + target.ours() + " | "
                    + target.title() + " | " + target.limits());
            boolean measured = false;
            for (int threads = 1; threads <= 2; threads++) {
                OptionalDouble ratio = ratio(target, threads, Round::medianNanos);
                measured |= ratio.isPresent();
                line.append(" | ").append(cell(ratio, target, threads));
                line.append(" | ").append(cell(ratio(target, threads, Round::medianCpuNanos), target, threads));
            }
            if (measured) {
                out.append(line).append(" |\n");
            }
        }
        return out.append(allocation(Target.HTTP_REQUEST_BYTES))
                .append(tailTarget())
                .toString();
    }

    private String allocation(Target target) {
        OptionalDouble one = ratio(target, 1, Round::bytesPerOp);
        if (one.isEmpty()) {
            return "";
        }
        return "| " + target.caseName() + ", bytes allocated | " + target.ours() + " | " + target.title() + " | "
                + target.limits() + " | " + cell(one, target, 1) + " | | "
                + cell(ratio(target, 2, Round::bytesPerOp), target, 2) + " | |\n";
    }

    /** The same for bytes allocated. */
    private String allocated() {
        StringBuilder out = new StringBuilder();
        for (Target target : Target.ALLOCATED) {
            OptionalDouble ratio = ratio(target, 1, Round::bytesPerOp);
            if (ratio.isPresent()) {
                out.append("| ").append(target.caseName()).append(" | ").append(target.ours());
                out.append(" | ").append(target.title()).append(" | ").append(target.limits());
                out.append(" | ").append(cell(ratio, target, 1)).append(" |\n");
            }
        }
        return out.isEmpty() ? "" : "\n| bytes allocated | ours | against | at most | |\n|---|---|---|---|---|\n" + out;
    }

    private OptionalDouble ratio(Target target, int threads, ToDoubleFunction<Round> figure) {
        return results.ratio(target.caseName(), target.ours(), target.againstCase(), target.against(), threads, figure);
    }

    private static String cell(OptionalDouble ratio, Target target, int threads) {
        if (ratio.isEmpty() || threads > target.atMost().length) {
            return "";
        }
        String text = Numbers.ratio(ratio.getAsDouble());
        return ratio.getAsDouble() <= target.atMost()[threads - 1] ? text : "**" + text + "**";
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
        out.append('\n').append(rule).append('\n');
        for (String impl : entries.stream().map(Results.Entry::impl).distinct().toList()) {
            out.append("| ").append(impl).append(" |");
            for (int count : threads) {
                out.append(figures(results.entry(caseName, impl, count)));
            }
            out.append('\n');
        }
        return out.toString();
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
                + Math.round(entry.bytesPerOp()) + " |";
    }
}
