package dev.percpu.bench;

import java.util.List;
import java.util.OptionalDouble;

/** A section of the report with the latencies of single records, in Markdown. */
final class TailTables {
    private final List<Tail> tails;

    TailTables(List<Tail> tails) {
        this.tails = tails;
    }

    String text() {
        StringBuilder out =
                new StringBuilder("""
                ## Tail

                Latency of single records into one of 1,000 histogram timers, in nanoseconds, with the time to read the clock. %s
                has one scrape per second. Each row has %d forks of %d s; the second ones ran in reverse order.

                ![](%s.svg)

                | case | implementation | p50 | p99 | p99.9 | max | forks |
                |---|---|---|---|---|---|---|
                """.formatted(Cases.DURING_SCRAPE, Tail.FORKS, Tail.SECONDS, TailChart.NAME));
        for (Tail tail : tails) {
            out.append("| ").append(tail.caseName()).append(" | ").append(tail.impl());
            for (double nanos : new double[] {tail.p50(), tail.p99(), tail.p999(), tail.max()}) {
                out.append(" | ").append(Math.round(nanos));
            }
            out.append(" | ").append(tail.forks()).append(" |\n");
        }
        return out.append('\n').append(ratios()).toString();
    }

    /** Returns the p99.9 during scrapes divided by the p99.9 without, for each implementation. */
    private String ratios() {
        StringBuilder out = new StringBuilder();
        for (String impl : tails.stream().map(Tail::impl).distinct().toList()) {
            OptionalDouble ratio = Tail.ratio(tails, impl);
            if (ratio.isPresent()) {
                boolean percpu = impl.equals(Impl.PERCPU);
                out.append("- p99.9 of ").append(impl).append(" during scrapes, divided by p99.9 without scrapes: ");
                out.append(
                        percpu
                                ? Numbers.markedRatio(ratio.getAsDouble(), Target.TAIL_DURING_SCRAPES) + " (at most "
                                        + Numbers.ratio(Target.TAIL_DURING_SCRAPES) + ")"
                                : Numbers.ratio(ratio.getAsDouble()));
                out.append('\n');
            }
        }
        return out.isEmpty() ? "" : out.append('\n').toString();
    }
}
