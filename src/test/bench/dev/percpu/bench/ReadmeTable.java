package dev.percpu.bench;

import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The benchmark table of the README: CPU time of an operation in percpu and in the peer that it replaces. */
final class ReadmeTable {
    private static final double NANOS_PER_MILLI = 1e6;

    /** A row of the table. {@code peerTitle} is the name of the peer in the table. */
    private record Row(String title, String caseName, String peer, String peerTitle) {}

    private static final List<Row> ROWS = List.of(
            new Row("timer", Cases.TIMER, Impl.MICROMETER, "Micrometer"),
            new Row("timer with histogram", Cases.TIMER_HISTOGRAM, Impl.MICROMETER, "Micrometer"),
            new Row("timer with native histogram", Cases.TIMER_NATIVE, Impl.CLIENT_JAVA, "Prometheus client"),
            new Row("counter", Cases.COUNTER, Impl.MICROMETER, "Micrometer"),
            new Row("scrape of 10,000 timers", Cases.SCRAPE_TIMERS_10K, Impl.MICROMETER, "Micrometer"),
            new Row("recording of an HTTP request", Cases.HTTP_REQUEST, Impl.QUARKUS, "Quarkus"));

    private final Results results;

    ReadmeTable(Results results) {
        this.results = results;
    }

    /**
     * Returns the table, with the date and the machine below it.
     *
     * @param date day of the run, in the form {@code 2026-11-23}
     * @param machine description by {@link Machine}
     */
    String text(String date, Map<String, Object> machine) {
        StringBuilder out = new StringBuilder("""
                | operation | peer | percpu, 1 thread | peer | ratio | percpu, 2 threads | peer | ratio |
                |---|---|---|---|---|---|---|---|
                """);
        for (Row row : ROWS) {
            out.append("| ").append(row.title).append(" | ").append(row.peerTitle);
            for (int threads = 1; threads <= 2; threads++) {
                for (String impl : List.of(Impl.PERCPU, row.peer)) {
                    out.append(" | ").append(cpu(row.caseName, impl, threads));
                }
                out.append(" | ").append(ratio(row, threads));
            }
            out.append(" |\n");
        }
        return out.append("\n`make bench` on " + date + ": " + Machine.line(machine) + ".\n")
                .toString();
    }

    /** Returns the median ratio of the rounds; with more than one round, also the lowest and the highest. */
    private String ratio(Row row, int threads) {
        Target target = new Target(Impl.PERCPU, row.caseName, row.caseName, row.peer, Double.NaN);
        double[] ratios = results.ratios(target, threads, Round::medianCpuNanos);
        DoubleSummaryStatistics range = Arrays.stream(ratios).summaryStatistics();
        return switch (ratios.length) {
            case 0 -> "";
            case 1 -> Numbers.ratio(ratios[0]);
            default ->
                Numbers.ratio(Numbers.median(ratios)) + " (" + Numbers.ratio(range.getMin()) + " to "
                        + Numbers.ratio(range.getMax()) + ")";
        };
    }

    private String cpu(String caseName, String impl, int threads) {
        Function<Results.Entry, String> figure = entry -> entry.cpu() < NANOS_PER_MILLI / 10
                ? Numbers.nanos(entry.cpu()) + " ns"
                : String.format(Locale.ROOT, "%.1f ms", entry.cpu() / NANOS_PER_MILLI);
        Optional<Results.Entry> entry = Optional.ofNullable(results.entry(caseName, impl, threads));
        // Scrapes are measured on one thread only.
        return entry.map(figure).orElse(threads > 1 && caseName.startsWith("scrape.") ? "" : Outcome.NOT_MEASURED);
    }
}
