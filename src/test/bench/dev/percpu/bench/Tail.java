package dev.percpu.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.openjdk.jmh.util.MultisetStatistics;
import org.openjdk.jmh.util.Statistics;

/**
 * The latency distribution of single records into a histogram timer, with one scrape per second or without. Immutable.
 *
 * <p>JMH samples records and reads the clock before and after each. All figures include the clock (about 20 ns) and interruptions by the
 * kernel. The samples of all forks are merged.
 *
 * @param p50 median, in nanoseconds
 * @param p99 99th percentile, in nanoseconds
 * @param p999 99.9th percentile, in nanoseconds
 * @param max maximum, in nanoseconds
 * @param forks number of forks with results
 */
record Tail(String caseName, String impl, double p50, double p99, double p999, double max, int forks) {
    /** Name that selects this measurement, as if it were a case. */
    static final String NAME = "tail";

    static final int FORKS = 2;
    static final int SECONDS = 3;

    private static final int MILLIS = 500;

    /** Two warm-up iterations: the sampling code must be compiled first. */
    private static final Forks.Timing TIMING = new Forks.Timing(2, SECONDS * 1000 / MILLIS, MILLIS);

    /** Measures {@value #FORKS} forks of each subject, the second ones in reverse order. */
    static List<Tail> measure(Forks forks) {
        List<Subject> subjects = new ArrayList<>();
        for (ScrapeCase.Background background : List.of(ScrapeCase.Background.IDLE, ScrapeCase.Background.SCRAPE)) {
            for (String impl : List.of(Impl.PERCPU, Impl.MICROMETER)) {
                String caseName =
                        background == ScrapeCase.Background.IDLE ? Cases.TIMER_HISTOGRAM : Cases.DURING_SCRAPE;
                Map<String, String> params = Map.of(
                        "impl",
                        impl,
                        "background",
                        background.name(),
                        "pauseMillis",
                        Integer.toString(ScrapeCase.SECOND_MILLIS));
                subjects.add(new Subject(caseName, impl, 1, ScrapeCase.class, "registry", params, false));
            }
        }
        Map<Subject, List<Statistics>> samples = new LinkedHashMap<>();
        subjects.forEach(it -> samples.put(it, new ArrayList<>()));
        for (int fork = 1; fork <= FORKS; fork++) {
            List<Subject> ordered = fork % 2 == 0 ? subjects.reversed() : subjects;
            for (Subject subject : ordered) {
                Statistics measured = forks.sample(subject, "tail-" + fork, TIMING);
                if (measured != null) {
                    samples.getOrDefault(subject, List.of()).add(measured);
                }
            }
        }
        List<Tail> tails = new ArrayList<>();
        samples.forEach((subject, measured) -> {
            if (!measured.isEmpty()) {
                tails.add(of(subject, measured));
            }
        });
        return tails;
    }

    /** Returns the distribution of the samples of all forks. */
    static Tail of(Subject subject, List<Statistics> forks) {
        MultisetStatistics nanos = new MultisetStatistics();
        for (Statistics fork : forks) {
            fork.getRawData().forEachRemaining(it -> nanos.addValue(it.getKey(), it.getValue()));
        }
        return new Tail(
                subject.caseName(),
                subject.impl(),
                nanos.getPercentile(50),
                nanos.getPercentile(99),
                nanos.getPercentile(99.9),
                nanos.getMax(),
                forks.size());
    }

    /** Returns the p99.9 of an implementation during scrapes divided by its p99.9 without, or empty. */
    static OptionalDouble ratio(List<Tail> tails, String impl) {
        OptionalDouble during = p999(tails, Cases.DURING_SCRAPE, impl);
        OptionalDouble alone = p999(tails, Cases.TIMER_HISTOGRAM, impl);
        return during.isPresent() && alone.isPresent()
                ? OptionalDouble.of(during.getAsDouble() / alone.getAsDouble())
                : OptionalDouble.empty();
    }

    private static OptionalDouble p999(List<Tail> tails, String caseName, String impl) {
        return tails.stream()
                .filter(it -> it.caseName.equals(caseName) && it.impl.equals(impl))
                .mapToDouble(Tail::p999)
                .findFirst();
    }

    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("case", caseName);
        map.put("impl", impl);
        map.put("threads", 1);
        map.put("unit", "ns");
        map.put("p50", p50);
        map.put("p99", p99);
        map.put("p999", p999);
        map.put("max", max);
        map.put("forks", forks);
        return map;
    }
}
