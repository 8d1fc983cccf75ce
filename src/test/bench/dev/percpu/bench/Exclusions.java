package dev.percpu.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The record cases that exclude an implementation on purpose, each with its reason. Stateless.
 *
 * <p>{@link Failures} holds the measurements that failed.
 */
final class Exclusions {
    /** Implementations that a case could include, in the order of the report. */
    private static final List<String> IMPLS = List.of(
            Impl.PERCPU_SELF,
            Impl.PERCPU_ATOMIC,
            Impl.MICROMETER,
            Impl.MICROMETER_NEXT,
            Impl.MICROMETER_SIMPLECLIENT,
            Impl.CLIENT_JAVA,
            Impl.OTEL,
            Impl.HDR,
            Impl.LONGADDER,
            Impl.ATOMICLONG,
            Impl.FLOOR,
            Impl.EMPTY);

    private static final List<String> CASES = List.of(
            Cases.COUNTER,
            Cases.COUNTER_DOUBLE,
            Cases.TIMER,
            Cases.TIMER_HISTOGRAM,
            Cases.TIMER_SLO,
            Cases.TIMER_PERCENTILES,
            Cases.TIMER_NATIVE,
            Cases.SUMMARY,
            Cases.SUMMARY_HISTOGRAM,
            Cases.LOOKUP,
            Cases.DURING_SCRAPE);

    private static final String TIME = "excluded to save time; measured in " + Cases.COUNTER + ", " + Cases.TIMER
            + " and " + Cases.TIMER_HISTOGRAM;

    private Exclusions() {}

    /** Returns a Markdown list with one line for each case and reason. */
    static String lines(List<Subject> all) {
        StringBuilder out = new StringBuilder();
        for (String caseName : CASES) {
            Map<String, Set<String>> byReason = new LinkedHashMap<>();
            for (String impl : excluded(caseName, all)) {
                byReason.computeIfAbsent(reason(caseName, impl), key -> new LinkedHashSet<>())
                        .add("`" + impl + "`");
            }
            byReason.forEach((reason, impls) -> out.append("- ")
                    .append(String.join(", ", impls))
                    .append(" in `")
                    .append(caseName)
                    .append("`: ")
                    .append(reason)
                    .append(".\n"));
        }
        return out.toString();
    }

    private static List<String> excluded(String caseName, List<Subject> all) {
        List<String> excluded = new ArrayList<>(IMPLS);
        all.stream().filter(it -> it.caseName().equals(caseName)).forEach(it -> excluded.remove(it.impl()));
        return excluded;
    }

    private static String reason(String caseName, String impl) {
        if (caseName.equals(Cases.DURING_SCRAPE)) {
            return "the second thread scrapes a registry, so percpu is compared only with the registry that it replaces";
        }
        return switch (impl) {
            case Impl.PERCPU_SELF, Impl.PERCPU_ATOMIC, Impl.MICROMETER_NEXT, Impl.MICROMETER_SIMPLECLIENT -> {
                boolean nativeHistogram = caseName.equals(Cases.TIMER_NATIVE) && !impl.startsWith(Impl.PERCPU);
                yield nativeHistogram ? "Micrometer has no native histograms" : TIME;
            }
            case Impl.MICROMETER -> "Micrometer has no native histograms";
            case Impl.OTEL ->
                caseName.equals(Cases.LOOKUP)
                        ? "its API has no lookup; each record finds its series"
                        : "its SDK computes no percentiles";
            case Impl.HDR -> hdr(caseName);
            case Impl.LONGADDER, Impl.ATOMICLONG -> handWritten(caseName);
            case Impl.FLOOR, Impl.EMPTY -> bounds(caseName);
            default -> "excluded to save time";
        };
    }

    private static String bounds(String caseName) {
        String time = "excluded to save time: `empty` is the same downcall in every case, and ";
        return switch (caseName) {
            case Cases.LOOKUP -> "a lookup does not call C";
            case Cases.SUMMARY, Cases.SUMMARY_HISTOGRAM -> time + "the C loop observes integers only";
            default -> time + "the critical section is the same as in " + Cases.TIMER_HISTOGRAM;
        };
    }

    private static String hdr(String caseName) {
        return switch (caseName) {
            case Cases.COUNTER, Cases.COUNTER_DOUBLE, Cases.LOOKUP -> "HdrHistogram has histograms only";
            case Cases.SUMMARY, Cases.SUMMARY_HISTOGRAM -> "its Recorder accepts integers only";
            default -> "its buckets are fixed, so a record costs the same as in " + Cases.TIMER_HISTOGRAM;
        };
    }

    private static String handWritten(String caseName) {
        return switch (caseName) {
            case Cases.COUNTER_DOUBLE, Cases.SUMMARY, Cases.SUMMARY_HISTOGRAM -> "they add integers only";
            case Cases.LOOKUP -> "the counter is a Java field, which needs no lookup";
            case Cases.TIMER_SLO -> "the same as in " + Cases.TIMER_HISTOGRAM + " with fewer buckets";
            default -> "the hand-written peers have no such distribution";
        };
    }
}
