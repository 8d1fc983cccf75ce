package dev.percpu.bench;

import java.util.List;
import java.util.OptionalDouble;

/** Latencies of single records, in Markdown. */
final class TailTables {
    private final List<Tail> tails;

    TailTables(List<Tail> tails) {
        this.tails = tails;
    }

    String text() {
        StringBuilder out = new StringBuilder("""
                ## Tail

                Single records into one of 1,000 histogram timers, nanoseconds, the reading of the clock included: %d forks of %d s each,
                the second ones in the other order.

                ![](%s.svg)

                | | | p50 | p99 | p99.9 | max | forks |
                |---|---|---|---|---|---|---|
                """.formatted(Tail.FORKS, Tail.SECONDS, TailChart.NAME));
        for (Tail tail : tails) {
            out.append("| ").append(tail.caseName()).append(" | ").append(tail.impl());
            for (double nanos : new double[] {tail.p50(), tail.p99(), tail.p999(), tail.max()}) {
                out.append(" | ").append(Math.round(nanos));
            }
            out.append(" | ").append(tail.forks()).append(" |\n");
        }
        return out.append('\n').append(ratios()).toString();
    }

    /** How much longer the longest records in 1,000 take while scrapes go on. */
    private String ratios() {
        StringBuilder out = new StringBuilder();
        for (String impl : tails.stream().map(Tail::impl).distinct().toList()) {
            OptionalDouble ratio = Tail.ratio(tails, impl);
            if (ratio.isPresent()) {
                boolean ours = impl.equals(Impl.PERCPU);
                out.append("- p99.9 of ").append(impl).append(" during scrapes to without: ");
                out.append(
                        ours
                                ? Numbers.judged(ratio.getAsDouble(), Target.TAIL_DURING_SCRAPES) + " (at most "
                                        + Numbers.ratio(Target.TAIL_DURING_SCRAPES) + ")"
                                : Numbers.ratio(ratio.getAsDouble()));
                out.append('\n');
            }
        }
        return out.isEmpty() ? "" : out.append('\n').toString();
    }
}
