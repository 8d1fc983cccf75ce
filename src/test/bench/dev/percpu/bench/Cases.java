package dev.percpu.bench;

import static dev.percpu.bench.Impl.ATOMICLONG;
import static dev.percpu.bench.Impl.CLIENT_JAVA;
import static dev.percpu.bench.Impl.EMPTY;
import static dev.percpu.bench.Impl.FLOOR;
import static dev.percpu.bench.Impl.HDR;
import static dev.percpu.bench.Impl.LONGADDER;
import static dev.percpu.bench.Impl.MICROMETER;
import static dev.percpu.bench.Impl.MICROMETER_NEXT;
import static dev.percpu.bench.Impl.MICROMETER_SIMPLECLIENT;
import static dev.percpu.bench.Impl.OTEL;
import static dev.percpu.bench.Impl.PERCPU;
import static dev.percpu.bench.Impl.PERCPU_ATOMIC;
import static dev.percpu.bench.Impl.PERCPU_SELF;
import static dev.percpu.bench.Impl.QUARKUS;

import dev.percpu.binding.SumKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Which cases there are, and who takes part in which. */
final class Cases {
    static final String COUNTER = "counter.increment";
    static final String COUNTER_DOUBLE = "counter.add-double";
    static final String TIMER = "timer.record";
    static final String TIMER_HISTOGRAM = "timer.record.histogram";
    static final String TIMER_SLO = "timer.record.slo";
    static final String TIMER_PERCENTILES = "timer.record.percentiles";
    static final String TIMER_NATIVE = "timer.record.native-histogram";
    /** Of schema 5, where the first index of buckets is not enough. */
    static final String TIMER_NATIVE_FINE = "timer.record.native-histogram.fine";

    static final String SUMMARY = "summary.record";
    static final String SUMMARY_HISTOGRAM = "summary.record.histogram";
    static final String LOOKUP = "lookup.counter";
    static final String HTTP_REQUEST = "http.request";
    static final String DURING_SCRAPE = "timer.record.during-scrape";
    /** The same beside as much work that has nothing to do with what is recorded into. */
    static final String DURING_OTHER = "timer.record.during-other-work";

    static final String SCRAPE_COUNTERS_10K = "scrape.counters-10k";
    static final String SCRAPE_TIMERS_10K = "scrape.timers-10k";
    static final String SCRAPE_HISTOGRAMS_1K = "scrape.histograms-1k";
    static final String SCRAPE_HISTOGRAMS_10K = "scrape.histograms-10k";
    /** Of which one is new and one is gone at every scrape. */
    static final String SCRAPE_CHURN = "scrape.timers-10k-churn";

    static final String PROTOBUF_SUFFIX = ".protobuf";
    static final String OPENMETRICS_SUFFIX = ".openmetrics";
    static final String GZIP_SUFFIX = ".gzip";
    /** 1,000 histogram timers on a simulated host of 256 CPUs, by how many of them have recorded. */
    static final String SCRAPE_BY_CPUS = "scrape.by-cpus";
    /** Counters and histogram timers, by how many. */
    static final String SCRAPE_BY_SERIES = "scrape.by-series";
    /** 1,000 timers, by how many buckets each. */
    static final String SCRAPE_BY_BUCKETS = "scrape.by-buckets";

    static final String VIRTUAL_SUFFIX = ".virtual-threads";

    private static final List<String> ALL_REGISTRIES =
            List.of(PERCPU, MICROMETER, PERCPU_ATOMIC, PERCPU_SELF, MICROMETER_NEXT, MICROMETER_SIMPLECLIENT);
    private static final List<String> TWO_REGISTRIES = List.of(PERCPU, MICROMETER);

    private Cases() {}

    /** What `make bench QUICK=1` runs: the cases with the highest aims, each with the peers that matter most. */
    static List<Subject> quick() {
        List<String> impls = List.of(PERCPU, MICROMETER, QUARKUS, CLIENT_JAVA, LONGADDER, ATOMICLONG, FLOOR, EMPTY);
        List<String> cases = List.of(COUNTER, TIMER, TIMER_HISTOGRAM, TIMER_PERCENTILES, HTTP_REQUEST);
        List<String> ownPaths = List.of(PERCPU_SELF, PERCPU_ATOMIC);
        return all().stream()
                .filter(it -> it.threads() <= 2)
                .filter(it -> cases.contains(it.caseName()) && impls.contains(it.impl())
                        || List.of(COUNTER, TIMER).contains(it.caseName()) && ownPaths.contains(it.impl()))
                .toList();
    }

    /** In the order of the report; implementations of the same case and number of threads next to each other. */
    static List<Subject> all() {
        List<Subject> subjects = new ArrayList<>();
        for (int threads : new int[] {1, 2, 8}) {
            counters(subjects, threads);
            timers(subjects, threads);
            summaries(subjects, threads);
            lookups(subjects, threads);
            requests(subjects, threads);
        }
        scrapes(subjects);
        formats(subjects);
        Growth.ALL.forEach(it -> subjects.add(it.subject()));
        virtualThreads(subjects);
        return subjects;
    }

    /** Whether a case is about recording, and nothing else that allocates meanwhile: then ours allocates nothing. */
    static boolean isRecord(String caseName) {
        return caseName.startsWith("counter.")
                || caseName.startsWith(TIMER) && !caseName.equals(DURING_OTHER) && !caseName.equals(DURING_SCRAPE)
                || caseName.startsWith(SUMMARY);
    }

    private static void counters(List<Subject> to, int threads) {
        registries(to, COUNTER, ALL_REGISTRIES, threads, CounterCase.class, "registry", Map.of());
        to.add(of(COUNTER, CLIENT_JAVA, threads, CounterCase.class, "clientJava", Map.of()));
        to.add(of(COUNTER, OTEL, threads, CounterCase.class, "otel", Map.of()));
        to.add(of(COUNTER, LONGADDER, threads, CounterCase.class, "longadder", Map.of()));
        to.add(of(COUNTER, ATOMICLONG, threads, CounterCase.class, "atomiclong", Map.of()));
        to.add(of(COUNTER, FLOOR, threads, FloorCase.class, "counterFloor", Map.of()));
        to.add(of(COUNTER, EMPTY, threads, FloorCase.class, "counterEmpty", Map.of()));
        registries(to, COUNTER_DOUBLE, TWO_REGISTRIES, threads, CounterCase.class, "registryDouble", Map.of());
        to.add(of(COUNTER_DOUBLE, CLIENT_JAVA, threads, CounterCase.class, "clientJavaDouble", Map.of()));
        to.add(of(COUNTER_DOUBLE, OTEL, threads, CounterCase.class, "otelDouble", Map.of()));
        Map<String, String> doubles = Map.of("kind", SumKind.DOUBLE.name());
        to.add(of(COUNTER_DOUBLE, FLOOR, threads, FloorCase.class, "counterFloorDouble", doubles));
        to.add(of(COUNTER_DOUBLE, EMPTY, threads, FloorCase.class, "counterEmpty", doubles));
    }

    private static void timers(List<Subject> to, int threads) {
        timer(
                to,
                TIMER,
                Shape.PLAIN,
                ALL_REGISTRIES,
                threads,
                List.of(CLIENT_JAVA, OTEL, LONGADDER, ATOMICLONG, FLOOR, EMPTY));
        timer(
                to,
                TIMER_HISTOGRAM,
                Shape.HISTOGRAM,
                ALL_REGISTRIES,
                threads,
                List.of(CLIENT_JAVA, OTEL, HDR, LONGADDER, ATOMICLONG, FLOOR, EMPTY));
        timer(to, TIMER_SLO, Shape.SLO, TWO_REGISTRIES, threads, List.of(CLIENT_JAVA, OTEL));
        timer(to, TIMER_PERCENTILES, Shape.PERCENTILES, TWO_REGISTRIES, threads, List.of(CLIENT_JAVA, HDR));
        timer(to, TIMER_NATIVE, Shape.NATIVE, List.of(PERCPU), threads, List.of(CLIENT_JAVA, OTEL, FLOOR, EMPTY));
        if (threads <= 2) {
            timer(to, TIMER_NATIVE_FINE, Shape.NATIVE_FINE, List.of(PERCPU), threads, List.of(CLIENT_JAVA, OTEL));
        }
    }

    private static void timer(
            List<Subject> to, String caseName, Shape shape, List<String> registries, int threads, List<String> others) {
        Map<String, String> params = Map.of("shape", shape.name());
        registries(to, caseName, registries, threads, TimerCase.class, "registry", params);
        for (String impl : others) {
            switch (impl) {
                case CLIENT_JAVA -> to.add(of(caseName, impl, threads, TimerCase.class, "clientJava", params));
                case HDR -> to.add(of(caseName, impl, threads, TimerCase.class, "hdr", Map.of()));
                case FLOOR -> to.add(of(caseName, impl, threads, FloorCase.class, "timerFloor", params));
                case EMPTY -> to.add(of(caseName, impl, threads, FloorCase.class, "timerEmpty", params));
                default -> to.add(of(caseName, impl, threads, TimerCase.class, impl, params));
            }
        }
    }

    private static void summaries(List<Subject> to, int threads) {
        for (Shape shape : List.of(Shape.PLAIN, Shape.HISTOGRAM)) {
            String caseName = shape == Shape.PLAIN ? SUMMARY : SUMMARY_HISTOGRAM;
            Map<String, String> params = Map.of("shape", shape.name());
            registries(to, caseName, TWO_REGISTRIES, threads, SummaryCase.class, "registry", params);
            to.add(of(caseName, CLIENT_JAVA, threads, SummaryCase.class, "clientJava", params));
            to.add(of(caseName, OTEL, threads, SummaryCase.class, "otel", params));
        }
    }

    private static void lookups(List<Subject> to, int threads) {
        List<String> impls = List.of(PERCPU, MICROMETER, MICROMETER_NEXT);
        registries(to, LOOKUP, impls, threads, LookupCase.class, "registry", Map.of());
        to.add(of(LOOKUP, CLIENT_JAVA, threads, LookupCase.class, "clientJava", Map.of()));
    }

    private static void requests(List<Subject> to, int threads) {
        registries(to, HTTP_REQUEST, List.of(PERCPU, QUARKUS), threads, RequestCase.class, "request", Map.of());
    }

    /** One recording thread, the other core is taken by the scrapes. */
    private static void scrapes(List<Subject> to) {
        for (String impl : TWO_REGISTRIES) {
            Map<String, String> scrape = Map.of("impl", impl, "beside", ScrapeCase.Beside.SCRAPE.name());
            Map<String, String> other = Map.of("impl", impl, "beside", ScrapeCase.Beside.OTHER_SCRAPE.name());
            to.add(of(DURING_SCRAPE, impl, 1, ScrapeCase.class, "registry", scrape));
            to.add(of(DURING_OTHER, impl, 1, ScrapeCase.class, "registry", other));
        }
    }

    /** Whole scrapes against the peers. */
    private static void formats(List<Subject> to) {
        List<String> impls = List.of(PERCPU, MICROMETER, MICROMETER_NEXT);
        scrape(to, SCRAPE_COUNTERS_10K, impls, Map.of("content", "COUNTERS", "meters", "10000"));
        scrape(to, SCRAPE_TIMERS_10K, impls, Map.of("content", "TIMERS", "meters", "10000"));
        Map<String, String> churn = Map.of("content", "TIMERS", "meters", "10000", "churn", "true");
        scrape(to, SCRAPE_CHURN, TWO_REGISTRIES, churn);
        Map<String, String> histograms = Map.of("content", "HISTOGRAMS", "meters", "1000");
        scrape(to, SCRAPE_HISTOGRAMS_1K, impls, histograms);
        scrape(to, SCRAPE_HISTOGRAMS_10K, impls, with(histograms, "meters", "10000"));
        scrape(to, SCRAPE_HISTOGRAMS_1K + OPENMETRICS_SUFFIX, impls, with(histograms, "as", "OPENMETRICS"));
        scrape(to, SCRAPE_HISTOGRAMS_1K + PROTOBUF_SUFFIX, impls, with(histograms, "as", "PROTOBUF"));
        scrape(to, SCRAPE_HISTOGRAMS_1K + GZIP_SUFFIX, TWO_REGISTRIES, with(histograms, "compression", "FAST"));
    }

    private static void scrape(List<Subject> to, String caseName, List<String> impls, Map<String, String> params) {
        registries(to, caseName, impls, 1, ScrapeFormatCase.class, "scrape", params);
    }

    private static Map<String, String> with(Map<String, String> params, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(params);
        more.put(name, value);
        return more;
    }

    private static void virtualThreads(List<Subject> to) {
        int threads = 8;
        for (String impl : TWO_REGISTRIES) {
            Map<String, String> histogram = Map.of("impl", impl, "shape", Shape.HISTOGRAM.name());
            to.add(new Subject(
                    COUNTER + VIRTUAL_SUFFIX,
                    impl,
                    threads,
                    CounterCase.class,
                    "registry",
                    Map.of("impl", impl),
                    true));
            to.add(new Subject(
                    TIMER_HISTOGRAM + VIRTUAL_SUFFIX, impl, threads, TimerCase.class, "registry", histogram, true));
        }
    }

    private static void registries(
            List<Subject> to,
            String caseName,
            List<String> impls,
            int threads,
            Class<?> type,
            String method,
            Map<String, String> params) {
        for (String impl : impls) {
            Map<String, String> all = new LinkedHashMap<>(params);
            all.put("impl", impl);
            to.add(of(caseName, impl, threads, type, method, all));
        }
    }

    private static Subject of(
            String caseName, String impl, int threads, Class<?> type, String method, Map<String, String> params) {
        return new Subject(caseName, impl, threads, type, method, params, false);
    }
}
