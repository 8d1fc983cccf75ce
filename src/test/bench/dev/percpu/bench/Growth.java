package dev.percpu.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A scrape of ours that is one point of a chart of growth.
 *
 * @param content what is scraped: the line that the point is on
 * @param amount of the quantity that the case is about
 * @param unit of it
 * @param params of {@link ScrapeFormatCase}
 */
record Growth(String caseName, String content, int amount, String unit, Map<String, String> params) {
    /** Beyond one region of shards, which has room for some 14,700 of them. */
    private static final int TWO_REGIONS_OF_HISTOGRAMS = 30_000;

    /** Of 72 lines each. */
    private static final int MILLION_LINES_OF_HISTOGRAMS = 13_900;

    /** What the lower axis shows, by case. */
    private static final Map<String, String> QUANTITIES = Map.of(
            Cases.SCRAPE_BY_CPUS, "CPUs that have recorded, of 256",
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

    /** @param param the one that the amount is */
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

    /** The chart that a case is a point of, if it is one. */
    static Optional<String> chartOf(String caseName) {
        return ALL.stream()
                .filter(it -> it.label().equals(caseName))
                .map(Growth::caseName)
                .findFirst();
    }

    /** The names of all charts. */
    static List<String> charts() {
        return ALL.stream().map(Growth::caseName).distinct().toList();
    }

    /** @param entries what was measured */
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
