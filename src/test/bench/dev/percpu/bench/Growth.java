package dev.percpu.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A scrape of percpu that is one point of a growth chart. Immutable.
 *
 * @param caseName name of the chart
 * @param content meters that are scraped, which name the line of the point
 * @param amount value on the lower axis
 * @param unit unit of the amount
 * @param params parameters of {@link ScrapeFormatCase}
 */
record Growth(String caseName, String content, int amount, String unit, Map<String, String> params) {
    /** Number of histogram timers that needs two regions. One region holds about 14,700. */
    private static final int TWO_REGIONS_OF_HISTOGRAMS = 30_000;

    /** Number of histogram timers with a million lines. Each has 72 lines. */
    private static final int MILLION_LINES_OF_HISTOGRAMS = 13_900;

    /** Titles of the lower axis, by chart. */
    private static final Map<String, String> QUANTITIES = Map.of(
            Cases.SCRAPE_BY_CPUS, "CPUs with records, of 256",
            Cases.SCRAPE_BY_SERIES, "number of meters",
            Cases.SCRAPE_BY_BUCKETS, "buckets of each timer");

    static final List<Growth> ALL = all();

    private static List<Growth> all() {
        List<Growth> all = new ArrayList<>();
        for (int busy : new int[] {4, 64, 256}) {
            all.add(of(Cases.SCRAPE_BY_CPUS, "1,000 histogram timers", busy, "CPUs", "HISTOGRAMS", "busy"));
        }
        for (int meters : new int[] {1_000, 10_000, 100_000}) {
            all.add(of(Cases.SCRAPE_BY_SERIES, "counters", meters, "counters", "COUNTERS", "meters"));
        }
        for (int meters : new int[] {1_000, MILLION_LINES_OF_HISTOGRAMS, TWO_REGIONS_OF_HISTOGRAMS}) {
            all.add(of(Cases.SCRAPE_BY_SERIES, "histogram timers", meters, "histogram timers", "HISTOGRAMS", "meters"));
        }
        for (int buckets : new int[] {10, 50, 250, 1000}) {
            all.add(of(Cases.SCRAPE_BY_BUCKETS, "1,000 timers", buckets, "buckets", "BUCKETS", "buckets"));
        }
        return List.copyOf(all);
    }

    /**
     * Creates a point.
     *
     * @param param name of the parameter that the amount sets
     */
    private static Growth of(String caseName, String content, int amount, String unit, String kind, String param) {
        Map<String, String> params =
                new LinkedHashMap<>(Map.of("impl", Impl.PERCPU, "content", kind, "meters", "1000"));
        params.put(param, Integer.toString(amount));
        return new Growth(caseName, content, amount, unit, params);
    }

    Subject subject() {
        return new Subject(label(), Impl.PERCPU, 1, ScrapeFormatCase.class, "scrape", params, false);
    }

    private String label() {
        return caseName + "." + amount + "-" + unit.replace(' ', '-');
    }

    /** Returns the chart in which a case is a point, or empty. */
    static Optional<String> chartOf(String caseName) {
        return ALL.stream()
                .filter(it -> it.label().equals(caseName))
                .map(Growth::caseName)
                .findFirst();
    }

    /** Returns the names of all charts. */
    static List<String> charts() {
        return ALL.stream().map(Growth::caseName).distinct().toList();
    }

    /**
     * Returns a chart of the measured points.
     *
     * @param entries all entries of the report
     */
    static GrowthChart chart(String caseName, List<Results.Entry> entries) {
        Map<String, List<GrowthChart.Point>> lines = new LinkedHashMap<>();
        for (Growth growth : ALL) {
            entries.stream()
                    .filter(it ->
                            growth.caseName.equals(caseName) && it.caseName().equals(growth.label()))
                    .forEach(it -> lines.computeIfAbsent(growth.content, key -> new ArrayList<>())
                            .add(new GrowthChart.Point(growth.amount, it.value())));
        }
        return new GrowthChart(
                caseName,
                QUANTITIES.get(caseName),
                lines.entrySet().stream()
                        .map(it -> new GrowthChart.Line(it.getKey(), it.getValue()))
                        .toList());
    }
}
