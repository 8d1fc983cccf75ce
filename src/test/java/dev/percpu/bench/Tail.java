package dev.percpu.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.util.Statistics;

/**
 * How long single records into a histogram timer take, alone and while scrapes go on: JMH's sampling, which reads the clock before and
 * after. All figures therefore have the clock in them (some 20 ns), and what the machine does to any thread.
 */
record Tail(String caseName, String impl, double p50, double p99, double p999, double max) {
    static List<Tail> measure(Forks forks) {
        List<Tail> tails = new ArrayList<>();
        for (ScrapeCase.Beside beside : List.of(ScrapeCase.Beside.IDLE, ScrapeCase.Beside.SCRAPE)) {
            for (String impl : List.of(Impl.PERCPU, Impl.MICROMETER)) {
                Tail tail = measure(forks, impl, beside);
                if (tail != null) {
                    tails.add(tail);
                }
            }
        }
        return tails;
    }

    private static @Nullable Tail measure(Forks forks, String impl, ScrapeCase.Beside beside) {
        String caseName = beside == ScrapeCase.Beside.IDLE ? Cases.TIMER_HISTOGRAM : Cases.DURING_SCRAPE;
        Map<String, String> params = Map.of("impl", impl, "beside", beside.name());
        Subject subject = new Subject(caseName, impl, 1, ScrapeCase.class, "registry", params, false);
        Statistics nanos = forks.sample(subject, "tail");
        return nanos == null
                ? null
                : new Tail(
                        caseName,
                        impl,
                        nanos.getPercentile(50),
                        nanos.getPercentile(99),
                        nanos.getPercentile(99.9),
                        nanos.getMax());
    }

    Map<String, Object> asMap() {
        return Map.of(
                "case", caseName, "impl", impl, "threads", 1, "unit", "ns", "p50", p50, "p99", p99, "p999", p999, "max",
                max);
    }
}
