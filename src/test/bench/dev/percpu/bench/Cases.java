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
import static dev.percpu.bench.Impl.OTEL_PROTO;
import static dev.percpu.bench.Impl.PERCPU;
import static dev.percpu.bench.Impl.PERCPU_ATOMIC;
import static dev.percpu.bench.Impl.PERCPU_SELF;
import static dev.percpu.bench.Impl.QUARKUS;

import dev.percpu.binding.SumKind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The list of benchmark cases, with the implementations measured in each. Stateless. */
final class Cases {
    static final String COUNTER = "counter.increment";
    static final String COUNTER_DOUBLE = "counter.add-double";
    static final String TIMER = "timer.record";
    static final String TIMER_HISTOGRAM = "timer.record.histogram";
    static final String TIMER_SLO = "timer.record.slo";
    static final String TIMER_PERCENTILES = "timer.record.percentiles";
    static final String TIMER_NATIVE = "timer.record.native-histogram";
    /** Native histogram of schema 5. It has more buckets than the first bucket index can hold. */
    static final String TIMER_NATIVE_FINE = "timer.record.native-histogram.fine";

    /** One of 10,000 histogram timers at random: cold caches. */
    static final String TIMER_10K_SERIES = "timer.record.histogram.10k-series";

    /** The amounts are readings of the clock, so each is a new maximum, and all threads compete for it. */
    static final String TIMER_ASCENDING = "timer.record.ascending";

    /** What one instrumented request records, into meters that it holds. */
    static final String MIXED_REQUEST = "mixed.request";
    /** The same, with a look-up of each meter. */
    static final String MIXED_REQUEST_LOOKUP = "mixed.request.lookup";

    static final String SUMMARY = "summary.record";
    static final String SUMMARY_HISTOGRAM = "summary.record.histogram";
    static final String LOOKUP = "lookup.counter";
    static final String HTTP_REQUEST = "http.request";
    /** Records while another thread scrapes once per second. */
    static final String DURING_SCRAPE = "timer.record.during-scrape";
    /** The control for {@link #DURING_SCRAPE}: the other thread scrapes a second registry of the same size. */
    static final String DURING_OTHER = "timer.record.during-other-work";
    /** Records while another thread scrapes without a pause. */
    static final String DURING_SCRAPES = DURING_SCRAPE + ".back-to-back";
    /** The control for {@link #DURING_SCRAPES}. */
    static final String DURING_OTHER_WITHOUT_PAUSE = DURING_OTHER + ".back-to-back";

    static final String SCRAPE_COUNTERS_10K = "scrape.counters-10k";
    static final String SCRAPE_TIMERS_10K = "scrape.timers-10k";
    static final String SCRAPE_HISTOGRAMS_1K = "scrape.histograms-1k";
    static final String SCRAPE_HISTOGRAMS_10K = "scrape.histograms-10k";
    /** 10,000 timers, of which one is removed and one is registered before every scrape. */
    static final String SCRAPE_CHURN = "scrape.timers-10k-churn";

    /** 10,000 timers, through the actuator endpoint of a Spring Boot application. */
    static final String SCRAPE_SPRING = "scrape.spring";

    static final String PROTOBUF_SUFFIX = ".protobuf";
    static final String OPENMETRICS_SUFFIX = ".openmetrics";
    static final String GZIP_SUFFIX = ".gzip";
    /** 1,000 histogram timers on a simulated host of 256 CPUs, by the number of CPUs with records. */
    static final String SCRAPE_BY_CPUS = "scrape.by-cpus";
    /** Counters and histogram timers, by their number. */
    static final String SCRAPE_BY_SERIES = "scrape.by-series";
    /** 1,000 timers, by the number of buckets of each. */
    static final String SCRAPE_BY_BUCKETS = "scrape.by-buckets";

    /** A request of OTLP with 1,000 delta histogram points. */
    static final String INGEST_OTLP = "ingest.otlp";

    static final String VIRTUAL_SUFFIX = ".virtual-threads";

    /** Number of threads in the cases with many more threads than CPUs. */
    private static final int OVERSUBSCRIBED = 64;

    private static final List<String> ALL_REGISTRIES =
            List.of(PERCPU, MICROMETER, PERCPU_ATOMIC, PERCPU_SELF, MICROMETER_NEXT, MICROMETER_SIMPLECLIENT);
    private static final List<String> TWO_REGISTRIES = List.of(PERCPU, MICROMETER);

    private Cases() {}

    /** Returns the subjects of {@code make bench QUICK=1}: the cases with the tightest limits, and the main peers. */
    static List<Subject> quick() {
        List<String> impls = List.of(PERCPU, MICROMETER, QUARKUS, CLIENT_JAVA, LONGADDER, ATOMICLONG, FLOOR, EMPTY);
        List<String> cases = List.of(COUNTER, TIMER, TIMER_HISTOGRAM, TIMER_PERCENTILES, HTTP_REQUEST);
        List<String> percpuPaths = List.of(PERCPU_SELF, PERCPU_ATOMIC);
        return all().stream()
                .filter(it -> it.threads() <= 2)
                .filter(it -> cases.contains(it.caseName()) && impls.contains(it.impl())
                        || List.of(COUNTER, TIMER).contains(it.caseName()) && percpuPaths.contains(it.impl()))
                .toList();
    }

    /** Returns all subjects in the order of the report. Subjects of one case and number of threads are adjacent. */
    static List<Subject> all() {
        List<Subject> subjects = new ArrayList<>();
        for (int threads : new int[] {1, 2, 8}) {
            counters(subjects, threads);
            timers(subjects, threads);
            summaries(subjects, threads);
            lookups(subjects, threads);
            requests(subjects, threads);
            realistic(subjects, threads);
        }
        oversubscribed(subjects);
        scrapes(subjects);
        formats(subjects);
        subjects.add(subject(INGEST_OTLP, PERCPU, 1, OtlpCase.class, "receive", Map.of()));
        subjects.add(subject(INGEST_OTLP, OTEL_PROTO, 1, OtlpCase.class, "parse", Map.of()));
        Growth.ALL.forEach(it -> subjects.add(it.subject()));
        virtualThreads(subjects);
        return subjects;
    }

    /** Returns whether a case measures records alone. In such a case percpu must allocate nothing. */
    static boolean isRecord(String caseName) {
        return caseName.startsWith("counter.")
                || caseName.startsWith(TIMER)
                        && !caseName.startsWith(DURING_OTHER)
                        && !caseName.startsWith(DURING_SCRAPE)
                || caseName.startsWith(SUMMARY);
    }

    private static void counters(List<Subject> subjects, int threads) {
        registries(subjects, COUNTER, ALL_REGISTRIES, threads, CounterCase.class, "registry", Map.of());
        subjects.add(subject(COUNTER, CLIENT_JAVA, threads, CounterCase.class, "clientJava", Map.of()));
        subjects.add(subject(COUNTER, OTEL, threads, CounterCase.class, "otel", Map.of()));
        subjects.add(subject(COUNTER, LONGADDER, threads, CounterCase.class, "longadder", Map.of()));
        subjects.add(subject(COUNTER, ATOMICLONG, threads, CounterCase.class, "atomiclong", Map.of()));
        subjects.add(subject(COUNTER, FLOOR, threads, FloorCase.class, "counterFloor", Map.of()));
        subjects.add(subject(COUNTER, EMPTY, threads, FloorCase.class, "counterEmpty", Map.of()));
        registries(subjects, COUNTER_DOUBLE, TWO_REGISTRIES, threads, CounterCase.class, "registryDouble", Map.of());
        subjects.add(subject(COUNTER_DOUBLE, CLIENT_JAVA, threads, CounterCase.class, "clientJavaDouble", Map.of()));
        subjects.add(subject(COUNTER_DOUBLE, OTEL, threads, CounterCase.class, "otelDouble", Map.of()));
        Map<String, String> doubles = Map.of("kind", SumKind.DOUBLE.name());
        subjects.add(subject(COUNTER_DOUBLE, FLOOR, threads, FloorCase.class, "counterFloorDouble", doubles));
        subjects.add(subject(COUNTER_DOUBLE, EMPTY, threads, FloorCase.class, "counterEmpty", doubles));
    }

    private static void timers(List<Subject> subjects, int threads) {
        timer(
                subjects,
                TIMER,
                Shape.PLAIN,
                ALL_REGISTRIES,
                threads,
                List.of(CLIENT_JAVA, OTEL, LONGADDER, ATOMICLONG, FLOOR, EMPTY));
        timer(
                subjects,
                TIMER_HISTOGRAM,
                Shape.HISTOGRAM,
                ALL_REGISTRIES,
                threads,
                List.of(CLIENT_JAVA, OTEL, HDR, LONGADDER, ATOMICLONG, FLOOR, EMPTY));
        timer(subjects, TIMER_SLO, Shape.SLO, TWO_REGISTRIES, threads, List.of(CLIENT_JAVA, OTEL));
        timer(subjects, TIMER_PERCENTILES, Shape.PERCENTILES, TWO_REGISTRIES, threads, List.of(CLIENT_JAVA, HDR));
        timer(subjects, TIMER_NATIVE, Shape.NATIVE, List.of(PERCPU), threads, List.of(CLIENT_JAVA, OTEL, FLOOR, EMPTY));
        if (threads <= 2) {
            timer(subjects, TIMER_NATIVE_FINE, Shape.NATIVE_FINE, List.of(PERCPU), threads, List.of(CLIENT_JAVA, OTEL));
        }
    }

    private static void timer(
            List<Subject> subjects,
            String caseName,
            Shape shape,
            List<String> registries,
            int threads,
            List<String> otherImpls) {
        Map<String, String> params = Map.of("shape", shape.name());
        registries(subjects, caseName, registries, threads, TimerCase.class, "registry", params);
        for (String impl : otherImpls) {
            switch (impl) {
                case CLIENT_JAVA ->
                    subjects.add(subject(caseName, impl, threads, TimerCase.class, "clientJava", params));
                case HDR -> subjects.add(subject(caseName, impl, threads, TimerCase.class, "hdr", Map.of()));
                case FLOOR -> subjects.add(subject(caseName, impl, threads, FloorCase.class, "timerFloor", params));
                case EMPTY -> subjects.add(subject(caseName, impl, threads, FloorCase.class, "timerEmpty", params));
                default -> subjects.add(subject(caseName, impl, threads, TimerCase.class, impl, params));
            }
        }
    }

    private static void summaries(List<Subject> subjects, int threads) {
        for (Shape shape : List.of(Shape.PLAIN, Shape.HISTOGRAM)) {
            String caseName = shape == Shape.PLAIN ? SUMMARY : SUMMARY_HISTOGRAM;
            Map<String, String> params = Map.of("shape", shape.name());
            registries(subjects, caseName, TWO_REGISTRIES, threads, SummaryCase.class, "registry", params);
            subjects.add(subject(caseName, CLIENT_JAVA, threads, SummaryCase.class, "clientJava", params));
            subjects.add(subject(caseName, OTEL, threads, SummaryCase.class, "otel", params));
        }
    }

    private static void lookups(List<Subject> subjects, int threads) {
        List<String> impls = List.of(PERCPU, MICROMETER, MICROMETER_NEXT);
        registries(subjects, LOOKUP, impls, threads, LookupCase.class, "registry", Map.of());
        subjects.add(subject(LOOKUP, CLIENT_JAVA, threads, LookupCase.class, "clientJava", Map.of()));
    }

    private static void requests(List<Subject> subjects, int threads) {
        registries(subjects, HTTP_REQUEST, List.of(PERCPU, QUARKUS), threads, RequestCase.class, "request", Map.of());
    }

    /** Adds cases that are closer to applications than one hot meter. */
    private static void realistic(List<Subject> subjects, int threads) {
        registries(subjects, TIMER_10K_SERIES, TWO_REGISTRIES, threads, ManySeriesCase.class, "registry", Map.of());
        Map<String, String> histogram = Map.of("shape", Shape.HISTOGRAM.name());
        subjects.add(subject(TIMER_10K_SERIES, FLOOR, threads, FloorCase.class, "manyTimersFloor", histogram));
        registries(subjects, TIMER_ASCENDING, TWO_REGISTRIES, threads, TimerCase.class, "ascending", Map.of());
        registries(subjects, MIXED_REQUEST, TWO_REGISTRIES, threads, MixedRequestCase.class, "held", Map.of());
        registries(
                subjects, MIXED_REQUEST_LOOKUP, TWO_REGISTRIES, threads, MixedRequestCase.class, "lookedUp", Map.of());
    }

    /** Adds cases in which one thread records and another one scrapes. */
    private static void scrapes(List<Subject> subjects) {
        for (String impl : TWO_REGISTRIES) {
            subjects.add(duringScrapes(DURING_SCRAPE, impl, ScrapeCase.Background.SCRAPE, ScrapeCase.SECOND_MILLIS));
            subjects.add(
                    duringScrapes(DURING_OTHER, impl, ScrapeCase.Background.OTHER_SCRAPE, ScrapeCase.SECOND_MILLIS));
        }
        subjects.add(duringScrapes(DURING_SCRAPES, PERCPU, ScrapeCase.Background.SCRAPE, 0));
        subjects.add(duringScrapes(DURING_OTHER_WITHOUT_PAUSE, PERCPU, ScrapeCase.Background.OTHER_SCRAPE, 0));
    }

    private static Subject duringScrapes(String caseName, String impl, ScrapeCase.Background work, int pauseMillis) {
        Map<String, String> params =
                Map.of("impl", impl, "background", work.name(), "pauseMillis", Integer.toString(pauseMillis));
        return subject(caseName, impl, 1, ScrapeCase.class, "registry", params);
    }

    /** Adds whole scrapes of the peers and of percpu, in several formats. */
    private static void formats(List<Subject> subjects) {
        List<String> impls = List.of(PERCPU, MICROMETER, MICROMETER_NEXT);
        scrapeAndCopy(subjects, SCRAPE_COUNTERS_10K, impls, Map.of("content", "COUNTERS", "meters", "10000"));
        scrapeAndCopy(subjects, SCRAPE_TIMERS_10K, impls, Map.of("content", "TIMERS", "meters", "10000"));
        Map<String, String> churn = Map.of("content", "TIMERS", "meters", "10000", "churn", "true");
        scrape(subjects, SCRAPE_CHURN, TWO_REGISTRIES, churn);
        Map<String, String> histograms = Map.of("content", "HISTOGRAMS", "meters", "1000");
        scrapeAndCopy(subjects, SCRAPE_HISTOGRAMS_1K, impls, histograms);
        scrape(subjects, SCRAPE_HISTOGRAMS_10K, impls, with(histograms, "meters", "10000"));
        scrape(subjects, SCRAPE_HISTOGRAMS_1K + OPENMETRICS_SUFFIX, impls, with(histograms, "format", "OPENMETRICS"));
        scrape(subjects, SCRAPE_HISTOGRAMS_1K + PROTOBUF_SUFFIX, impls, with(histograms, "format", "PROTOBUF"));
        registries(subjects, SCRAPE_SPRING, TWO_REGISTRIES, 1, SpringScrapeCase.class, "scrape", Map.of());
        scrape(subjects, SCRAPE_HISTOGRAMS_1K + GZIP_SUFFIX, TWO_REGISTRIES, with(histograms, "compression", "FAST"));
    }

    private static void scrape(
            List<Subject> subjects, String caseName, List<String> impls, Map<String, String> params) {
        registries(subjects, caseName, impls, 1, ScrapeFormatCase.class, "scrape", params);
    }

    /** Adds scrapes, and the copy of the bytes of percpu's scrape. */
    private static void scrapeAndCopy(
            List<Subject> subjects, String caseName, List<String> impls, Map<String, String> params) {
        scrape(subjects, caseName, impls, params);
        subjects.add(subject(caseName, FLOOR, 1, ScrapeFormatCase.class, "copy", with(params, "impl", PERCPU)));
    }

    private static Map<String, String> with(Map<String, String> params, String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(params);
        more.put(name, value);
        return more;
    }

    /** Adds cases with many more threads than CPUs: a thread is often interrupted while it records. */
    private static void oversubscribed(List<Subject> subjects) {
        registries(
                subjects,
                TIMER_HISTOGRAM,
                TWO_REGISTRIES,
                OVERSUBSCRIBED,
                TimerCase.class,
                "registry",
                Map.of("shape", Shape.HISTOGRAM.name()));
        registries(subjects, MIXED_REQUEST, TWO_REGISTRIES, OVERSUBSCRIBED, MixedRequestCase.class, "held", Map.of());
    }

    private static void virtualThreads(List<Subject> subjects) {
        for (String impl : TWO_REGISTRIES) {
            Map<String, String> params = Map.of("impl", impl);
            virtual(subjects, COUNTER, 8, CounterCase.class, "registry", params);
            Map<String, String> histogram = with(params, "shape", Shape.HISTOGRAM.name());
            for (int threads : new int[] {8, OVERSUBSCRIBED}) {
                virtual(subjects, TIMER_HISTOGRAM, threads, TimerCase.class, "registry", histogram);
            }
            virtual(subjects, MIXED_REQUEST, OVERSUBSCRIBED, MixedRequestCase.class, "held", params);
        }
    }

    private static void virtual(
            List<Subject> subjects,
            String caseName,
            int threads,
            Class<?> type,
            String method,
            Map<String, String> params) {
        String impl = params.get("impl");
        subjects.add(new Subject(caseName + VIRTUAL_SUFFIX, impl, threads, type, method, params, true));
    }

    private static void registries(
            List<Subject> subjects,
            String caseName,
            List<String> impls,
            int threads,
            Class<?> type,
            String method,
            Map<String, String> params) {
        for (String impl : impls) {
            Map<String, String> all = new LinkedHashMap<>(params);
            all.put("impl", impl);
            subjects.add(subject(caseName, impl, threads, type, method, all));
        }
    }

    private static Subject subject(
            String caseName, String impl, int threads, Class<?> type, String method, Map<String, String> params) {
        return new Subject(caseName, impl, threads, type, method, params, false);
    }
}
