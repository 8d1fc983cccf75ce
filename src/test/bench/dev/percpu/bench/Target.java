package dev.percpu.bench;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * A ratio that we have set ourselves.
 *
 * @param ours which of our implementations
 * @param caseName of ours
 * @param againstCase mostly the same
 * @param against the implementation that we are compared with
 * @param atMost ratios allowed on one and on two threads; the second is missing where there is only one
 */
record Target(String ours, String caseName, String againstCase, String against, double... atMost) {
    static final List<Target> ALL = List.of(
            new Target(Impl.PERCPU, Cases.COUNTER, Cases.COUNTER, Impl.MICROMETER, 0.60, 0.60),
            new Target(Impl.PERCPU, Cases.COUNTER, Cases.COUNTER, Impl.EMPTY, 1.35, 1.35),
            new Target(Impl.PERCPU, Cases.TIMER, Cases.TIMER, Impl.MICROMETER, 0.10, 0.10),
            new Target(Impl.PERCPU, Cases.TIMER_HISTOGRAM, Cases.TIMER_HISTOGRAM, Impl.MICROMETER, 0.08, 0.05),
            new Target(Impl.PERCPU, Cases.TIMER_PERCENTILES, Cases.TIMER_PERCENTILES, Impl.MICROMETER, 0.05, 0.03),
            new Target(Impl.PERCPU, Cases.TIMER_NATIVE, Cases.TIMER_NATIVE, Impl.CLIENT_JAVA, 0.30, 0.20),
            new Target(Impl.PERCPU, Cases.TIMER_NATIVE, Cases.TIMER_NATIVE, Impl.OTEL, 0.30, 0.20),
            scrape(Cases.SCRAPE_COUNTERS_10K, Impl.MICROMETER, 0.04),
            scrape(Cases.SCRAPE_COUNTERS_10K, Impl.MICROMETER_NEXT, 0.08),
            scrape(Cases.SCRAPE_TIMERS_10K, Impl.MICROMETER, 0.04),
            scrape(Cases.SCRAPE_TIMERS_10K, Impl.MICROMETER_NEXT, 0.08),
            scrape(Cases.SCRAPE_HISTOGRAMS_1K, Impl.MICROMETER, 0.04),
            scrape(Cases.SCRAPE_HISTOGRAMS_1K, Impl.MICROMETER_NEXT, 0.08),
            scrape(Cases.SCRAPE_HISTOGRAMS_10K, Impl.MICROMETER, 0.04),
            scrape(Cases.SCRAPE_HISTOGRAMS_10K, Impl.MICROMETER_NEXT, 0.08),
            scrape(Cases.SCRAPE_HISTOGRAMS_1K + Cases.PROTOBUF_SUFFIX, Impl.MICROMETER, 1),
            new Target(Impl.PERCPU, Cases.HTTP_REQUEST, Cases.HTTP_REQUEST, Impl.QUARKUS, 0.35, 0.35),
            new Target(Impl.PERCPU, Cases.DURING_SCRAPE, Cases.DURING_OTHER, Impl.PERCPU, 1.15),
            new Target(Impl.PERCPU_SELF, Cases.COUNTER, Cases.COUNTER, Impl.PERCPU, 1.45, 1.45),
            new Target(Impl.PERCPU_SELF, Cases.TIMER, Cases.TIMER, Impl.PERCPU, 1.30, 1.30),
            new Target(Impl.PERCPU_ATOMIC, Cases.COUNTER, Cases.COUNTER, Impl.PERCPU, 3.50, 3.50),
            new Target(Impl.PERCPU_ATOMIC, Cases.TIMER, Cases.TIMER, Impl.PERCPU, 3.50, 3.50));

    /** Of the 99.9th percentile of single records during scrapes to that without. */
    static final double TAIL_DURING_SCRAPES = 1.2;

    /** In bytes allocated for a scrape, not in time. */
    static final List<Target> ALLOCATED = List.of(
            scrape(Cases.SCRAPE_COUNTERS_10K, Impl.MICROMETER, 0.002),
            scrape(Cases.SCRAPE_TIMERS_10K, Impl.MICROMETER, 0.002),
            scrape(Cases.SCRAPE_HISTOGRAMS_1K, Impl.MICROMETER, 0.002),
            scrape(Cases.SCRAPE_HISTOGRAMS_10K, Impl.MICROMETER, 0.002));

    private static Target scrape(String caseName, String against, double atMost) {
        return new Target(Impl.PERCPU, caseName, caseName, against, atMost);
    }

    /** Of the heap that is allocated. */
    static final Target HTTP_REQUEST_BYTES =
            new Target(Impl.PERCPU, Cases.HTTP_REQUEST, Cases.HTTP_REQUEST, Impl.QUARKUS, 0.15, 0.15);

    /** Whether the subject is one of the two whose ratio this is. */
    boolean compares(Subject subject) {
        boolean first = subject.caseName().equals(caseName) && subject.impl().equals(ours);
        boolean second =
                subject.caseName().equals(againstCase) && subject.impl().equals(against);
        return subject.threads() <= atMost.length && (first || second);
    }

    String limits() {
        return DoubleStream.of(atMost).mapToObj(Numbers::ratio).collect(Collectors.joining(" / "));
    }

    String title() {
        return caseName.equals(againstCase) ? against : against + " in " + againstCase;
    }
}
