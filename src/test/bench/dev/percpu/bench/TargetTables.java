package dev.percpu.bench;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** The tables of ratios with a limit, in Markdown. A whole run also lists the ratios that were not measured. */
final class TargetTables {
    private static final int THREADS = 2;

    /** Bytes per operation below this limit come from JMH and from the JVM, not from records. */
    private static final double NOISE_BYTES = 0.01;

    private final Results results;
    private final List<Tail> tails;
    private final boolean whole;

    TargetTables(Results results, List<Tail> tails, boolean whole) {
        this.results = results;
        this.tails = tails;
        this.whole = whole;
    }

    String text() {
        return targets() + allocated();
    }

    private String targets() {
        boolean rounds = roundsDiffer();
        if (!whole
                && Target.ALL.stream().noneMatch(it -> isReported(it, Round::medianNanos))
                && !isReported(Target.HTTP_REQUEST_BYTES, Round::bytesPerOp)
                && tails.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder(
                "| case | implementation | against | at most | 1 thread | CPU time | 2 threads | CPU time |"
                        + (rounds ? " rounds |" : "") + "\n|---|---|---|---|---|---|---|---|" + (rounds ? "---|" : "")
                        + "\n");
        for (Target target : Target.ALL) {
            if (!isReported(target, Round::medianNanos)) {
                continue;
            }
            StringBuilder line = new StringBuilder(head(target, target.caseName()));
            for (int threads = 1; threads <= THREADS; threads++) {
                line.append(cell(target, threads, Round::medianNanos)).append(" | ");
                line.append(cell(target, threads, Round::medianCpuNanos)).append(" | ");
            }
            line.append(rounds ? rounds(target) + " |" : "");
            out.append(line.toString().strip()).append('\n');
        }
        Target bytes = Target.HTTP_REQUEST_BYTES;
        if (isReported(bytes, Round::bytesPerOp)) {
            out.append(head(bytes, bytes.caseName() + ", bytes allocated"));
            out.append(cell(bytes, 1, Round::bytesPerOp)).append(" | | ");
            out.append(cell(bytes, 2, Round::bytesPerOp)).append(" | |");
            out.append(rounds ? " " + rounds(bytes) + " |" : "").append('\n');
        }
        return out.append(tail(rounds)).toString();
    }

    /** Returns the row of the p99.9 during scrapes. */
    private String tail(boolean rounds) {
        OptionalDouble ratio = Tail.ratio(tails, Impl.PERCPU);
        if (ratio.isEmpty() && !whole) {
            return "";
        }
        String figure = ratio.isEmpty()
                ? "**" + Outcome.NOT_MEASURED + "**"
                : Numbers.markedRatio(ratio.getAsDouble(), Target.TAIL_DURING_SCRAPES);
        return "| " + Cases.DURING_SCRAPE + ", p99.9 | percpu | percpu without scrapes | "
                + Numbers.ratio(Target.TAIL_DURING_SCRAPES) + " | " + figure + " | | | |"
                + (rounds ? " " + Tail.FORKS + " |" : "") + "\n";
    }

    /** Returns the table of allocated bytes: ratios for scrapes, and bytes for records, which must allocate nothing. */
    private String allocated() {
        StringBuilder out = new StringBuilder();
        for (Target target : Target.ALLOCATED) {
            if (isReported(target, Round::bytesPerOp)) {
                out.append(head(target, target.caseName()));
                out.append(cell(target, 1, Round::bytesPerOp)).append(" |\n");
            }
        }
        out.append(records());
        return out.isEmpty()
                ? ""
                : "\n| bytes allocated | implementation | against | at most | |\n|---|---|---|---|---|\n" + out
                        + "\nLess than " + NOISE_BYTES + " bytes per operation are noise of JMH and shown as 0.\n";
    }

    /** Returns the row of the record case in which percpu allocates the most. */
    private String records() {
        List<Results.Entry> records = results.entries().stream()
                .filter(it -> it.impl().startsWith(Impl.PERCPU) && Cases.isRecord(it.caseName()))
                .toList();
        if (records.isEmpty() && !whole) {
            return "";
        }
        double maxBytes = 0;
        String maxName = "";
        String unmeasured = records.isEmpty() ? "**" + Outcome.NOT_MEASURED + "**" : "";
        for (Results.Entry entry : records) {
            String name = entry.caseName() + " of " + entry.impl() + " on " + entry.threads();
            if (Double.isNaN(entry.bytesPerOp())) {
                unmeasured += " **" + Outcome.NOT_MEASURED + "**: " + name;
            } else if (entry.bytesPerOp() >= NOISE_BYTES && entry.bytesPerOp() > maxBytes) {
                maxBytes = entry.bytesPerOp();
                maxName = " (" + name + ")";
            }
        }
        String figure = maxBytes > 0
                ? String.format(Locale.ROOT, "**%.2f**%s", maxBytes, maxName)
                : records.isEmpty() ? "" : "0";
        return "| every record case (largest of " + records.size() + " figures) | percpu | bytes per operation | 0 | "
                + (figure + " " + unmeasured).strip() + " |\n";
    }

    private static String head(Target target, String title) {
        return "| " + title + " | " + target.percpu() + " | " + target.title() + " | " + target.limits() + " | ";
    }

    private boolean isReported(Target target, ToDoubleFunction<Round> figure) {
        return whole
                || ratio(target, 1, figure).isPresent()
                || ratio(target, 2, figure).isPresent();
    }

    private OptionalDouble ratio(Target target, int threads, ToDoubleFunction<Round> figure) {
        return results.ratio(target, threads, figure);
    }

    private String cell(Target target, int threads, ToDoubleFunction<Round> figure) {
        if (threads > target.atMost().length) {
            return "";
        }
        OptionalDouble ratio = ratio(target, threads, figure);
        if (ratio.isEmpty()) {
            return whole ? "**" + Outcome.NOT_MEASURED + "**" : "";
        }
        return Numbers.markedRatio(ratio.getAsDouble(), target.atMost()[threads - 1]);
    }

    private boolean roundsDiffer() {
        return Target.ALL.stream()
                        .filter(it -> isReported(it, Round::medianNanos))
                        .map(this::rounds)
                        .flatMap(it -> List.of(it.split(" / ")).stream())
                        .distinct()
                        .count()
                > 1;
    }

    private String rounds(Target target) {
        int one = results.roundsOf(target, 1);
        int two = results.roundsOf(target, 2);
        return one == two || two == 0 ? Integer.toString(one) : one == 0 ? Integer.toString(two) : one + " / " + two;
    }
}
