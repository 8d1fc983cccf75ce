package dev.percpu.bench;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * A limit that the project sets for the ratio of percpu to a peer. Immutable.
 *
 * @param percpu name of the percpu implementation
 * @param caseName case of the percpu implementation
 * @param peerCase case of the peer, usually the same
 * @param peer name of the implementation that percpu is compared with, or two names joined by {@value #PLUS}: then with their sum
 * @param atMost largest allowed ratio on one thread, then on two; one value if the case has one thread only; NaN if the ratio is only reported
 */
record Target(String percpu, String caseName, String peerCase, String peer, double... atMost) {
    private static final String PLUS = " + ";

    static final List<Target> ALL = List.of(
            new Target(Impl.PERCPU, Cases.COUNTER, Cases.COUNTER, Impl.MICROMETER, 0.60, 0.60),
            new Target(Impl.PERCPU, Cases.COUNTER, Cases.COUNTER, Impl.EMPTY, 1.35, 1.35),
            new Target(Impl.PERCPU, Cases.COUNTER, Cases.COUNTER, Impl.EMPTY + PLUS + Impl.FLOOR, 1.05, 1.05),
            new Target(Impl.PERCPU, Cases.TIMER, Cases.TIMER, Impl.MICROMETER, 0.10, 0.10),
            new Target(Impl.PERCPU, Cases.TIMER_HISTOGRAM, Cases.TIMER_HISTOGRAM, Impl.MICROMETER, 0.08, 0.05),
            new Target(Impl.PERCPU, Cases.TIMER_10K_SERIES, Cases.TIMER_10K_SERIES, Impl.MICROMETER, 0.10, 0.06),
            new Target(Impl.PERCPU, Cases.TIMER_10K_SERIES, Cases.TIMER_10K_SERIES, Impl.FLOOR, Double.NaN, Double.NaN),
            new Target(Impl.PERCPU, Cases.MIXED_REQUEST, Cases.MIXED_REQUEST, Impl.MICROMETER, 0.25, 0.15),
            new Target(Impl.PERCPU, Cases.SUMMARY_HISTOGRAM, Cases.SUMMARY_HISTOGRAM, Impl.MICROMETER, 0.12, 0.05),
            new Target(Impl.PERCPU, Cases.TIMER_PERCENTILES, Cases.TIMER_PERCENTILES, Impl.MICROMETER, 0.05, 0.03),
            new Target(Impl.PERCPU, Cases.TIMER_NATIVE, Cases.TIMER_NATIVE, Impl.CLIENT_JAVA, 0.30, 0.20),
            new Target(Impl.PERCPU, Cases.TIMER_NATIVE, Cases.TIMER_NATIVE, Impl.OTEL, 0.30, 0.20),
            scrape(Cases.SCRAPE_COUNTERS_10K, Impl.MICROMETER, 0.015),
            scrape(Cases.SCRAPE_COUNTERS_10K, Impl.FLOOR, 6),
            scrape(Cases.SCRAPE_COUNTERS_10K, Impl.MICROMETER_NEXT, 0.08),
            scrape(Cases.SCRAPE_TIMERS_10K, Impl.MICROMETER, 0.025),
            scrape(Cases.SCRAPE_TIMERS_10K, Impl.FLOOR, 6),
            scrape(Cases.SCRAPE_TIMERS_10K, Impl.MICROMETER_NEXT, 0.08),
            scrape(Cases.SCRAPE_HISTOGRAMS_1K, Impl.MICROMETER, 0.04),
            scrape(Cases.SCRAPE_HISTOGRAMS_1K, Impl.MICROMETER_NEXT, 0.08),
            scrape(Cases.SCRAPE_HISTOGRAMS_10K, Impl.MICROMETER, 0.04),
            scrape(Cases.SCRAPE_HISTOGRAMS_10K, Impl.MICROMETER_NEXT, 0.08),
            scrape(Cases.SCRAPE_HISTOGRAMS_1K + Cases.PROTOBUF_SUFFIX, Impl.MICROMETER, 1),
            new Target(Impl.PERCPU, Cases.HTTP_REQUEST, Cases.HTTP_REQUEST, Impl.QUARKUS, 0.35, 0.35),
            new Target(Impl.PERCPU, Cases.INGEST_OTLP, Cases.INGEST_OTLP, Impl.OTEL_PROTO, 1.5),
            new Target(Impl.PERCPU, Cases.DURING_SCRAPE, Cases.DURING_OTHER, Impl.PERCPU, 1.15),
            new Target(Impl.PERCPU, Cases.DURING_SCRAPES, Cases.DURING_OTHER_WITHOUT_PAUSE, Impl.PERCPU, Double.NaN),
            new Target(Impl.PERCPU_SELF, Cases.COUNTER, Cases.COUNTER, Impl.PERCPU, 1.45, 1.45),
            new Target(Impl.PERCPU_SELF, Cases.TIMER, Cases.TIMER, Impl.PERCPU, 1.30, 1.30),
            new Target(Impl.PERCPU_ATOMIC, Cases.COUNTER, Cases.COUNTER, Impl.PERCPU, 3.50, 3.50),
            new Target(Impl.PERCPU_ATOMIC, Cases.TIMER, Cases.TIMER, Impl.PERCPU, 3.50, 3.50));

    /** Largest allowed ratio of the 99.9th percentile of single records with one scrape per second to that without scrapes. */
    static final double TAIL_DURING_SCRAPES = 1.1;

    /** Limits of the bytes allocated per scrape. */
    static final List<Target> ALLOCATED = List.of(
            scrape(Cases.SCRAPE_COUNTERS_10K, Impl.MICROMETER, 0.002),
            scrape(Cases.SCRAPE_TIMERS_10K, Impl.MICROMETER, 0.002),
            scrape(Cases.SCRAPE_HISTOGRAMS_1K, Impl.MICROMETER, 0.002),
            scrape(Cases.SCRAPE_HISTOGRAMS_10K, Impl.MICROMETER, 0.002));

    private static Target scrape(String caseName, String peer, double atMost) {
        return new Target(Impl.PERCPU, caseName, caseName, peer, atMost);
    }

    /** Limit of the bytes allocated per HTTP request. */
    static final Target HTTP_REQUEST_BYTES =
            new Target(Impl.PERCPU, Cases.HTTP_REQUEST, Cases.HTTP_REQUEST, Impl.QUARKUS, 0.15, 0.15);

    /** Returns the implementations whose sum percpu is compared with. */
    List<String> peers() {
        return List.of(peer.split(Pattern.quote(PLUS)));
    }

    /** Returns whether the subject is one of the two sides of this ratio. */
    boolean compares(Subject subject) {
        boolean isPercpu = subject.caseName().equals(caseName) && subject.impl().equals(percpu);
        boolean isPeer = subject.caseName().equals(peerCase) && peers().contains(subject.impl());
        return subject.threads() <= atMost.length && (isPercpu || isPeer);
    }

    /** Returns the limits on one and two threads, for a table. */
    String limits() {
        return DoubleStream.of(atMost)
                .filter(it -> !Double.isNaN(it))
                .mapToObj(Numbers::ratio)
                .collect(Collectors.joining(" / "));
    }

    /** Returns the name of the peer, with its case if that differs. */
    String title() {
        return caseName.equals(peerCase) ? peer : peer + " in " + peerCase;
    }
}
