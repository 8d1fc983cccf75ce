package dev.percpu.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Which record case has nobody of a name, and why: what is left out by intent, as opposed to {@link Missing}. */
final class Gaps {
    /** Everyone who could be in a case, in the order of the report. */
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

    private static final String TIME =
            "left out for time; measured in " + Cases.COUNTER + ", " + Cases.TIMER + " and " + Cases.TIMER_HISTOGRAM;

    private Gaps() {}

    /** As lines of a list in Markdown: a line for each case and reason. */
    static String lines(List<Subject> all) {
        StringBuilder out = new StringBuilder();
        for (String caseName : CASES) {
            Map<String, Set<String>> byReason = new LinkedHashMap<>();
            for (String impl : missing(caseName, all)) {
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

    private static List<String> missing(String caseName, List<Subject> all) {
        List<String> missing = new ArrayList<>(IMPLS);
        all.stream().filter(it -> it.caseName().equals(caseName)).forEach(it -> missing.remove(it.impl()));
        return missing;
    }

    private static String reason(String caseName, String impl) {
        if (caseName.equals(Cases.DURING_SCRAPE)) {
            return "the other core scrapes a registry: percpu is compared with the registry that it replaces";
        }
        return switch (impl) {
            case Impl.PERCPU_SELF, Impl.PERCPU_ATOMIC, Impl.MICROMETER_NEXT, Impl.MICROMETER_SIMPLECLIENT -> {
                boolean nativeHistogram = caseName.equals(Cases.TIMER_NATIVE) && !impl.startsWith(Impl.PERCPU);
                yield nativeHistogram ? "Micrometer keeps no native histograms" : TIME;
            }
            case Impl.MICROMETER -> "Micrometer keeps no native histograms";
            case Impl.OTEL ->
                caseName.equals(Cases.LOOKUP)
                        ? "its API finds the series in every record and returns no handle"
                        : "its SDK computes no percentiles";
            case Impl.HDR -> hdr(caseName);
            case Impl.LONGADDER, Impl.ATOMICLONG -> handWritten(caseName);
            case Impl.FLOOR, Impl.EMPTY -> bounds(caseName);
            default -> "left out for time";
        };
    }

    private static String bounds(String caseName) {
        String time = "left out for time: `empty` is the same downcall in every case, and ";
        return switch (caseName) {
            case Cases.LOOKUP -> "a lookup is not a call of C";
            case Cases.SUMMARY, Cases.SUMMARY_HISTOGRAM ->
                time + "of the sections that observe, only that of whole amounts has a loop in C";
            default -> time + "the section is that of " + Cases.TIMER_HISTOGRAM;
        };
    }

    private static String hdr(String caseName) {
        return switch (caseName) {
            case Cases.COUNTER, Cases.COUNTER_DOUBLE, Cases.LOOKUP -> "HdrHistogram is a histogram only";
            case Cases.SUMMARY, Cases.SUMMARY_HISTOGRAM -> "its Recorder takes whole amounts only";
            default -> "its buckets are its own: one record costs the same in " + Cases.TIMER_HISTOGRAM;
        };
    }

    private static String handWritten(String caseName) {
        return switch (caseName) {
            case Cases.COUNTER_DOUBLE, Cases.SUMMARY, Cases.SUMMARY_HISTOGRAM -> "they add whole amounts only";
            case Cases.LOOKUP -> "a field has no name";
            case Cases.TIMER_SLO -> "the same as in " + Cases.TIMER_HISTOGRAM + " with fewer buckets";
            default -> "such a histogram is not written by hand";
        };
    }
}
