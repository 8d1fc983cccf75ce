package dev.percpu.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * The CPU time of a case in several processes. It differs between processes, because each has its memory at other addresses. Immutable.
 *
 * @param nanos nanoseconds of CPU time per operation: the fastest iteration of each process. What slows down some iterations is outside of
 *     the process: other virtual machines on the same core.
 */
record Spread(String caseName, String impl, double[] nanos) {
    /** Name that selects this measurement, as if it were a case. */
    static final String NAME = "spread";

    static final int PROCESSES = 10;

    /** Percentage points that a case may spread more than a call that does nothing. */
    private static final int POINTS = 5;

    /** What a spread is compared with, in the tables. */
    static final String PEER = Impl.EMPTY + " + " + POINTS + " points";

    private static final List<String> CASES =
            List.of(Cases.COUNTER, Cases.TIMER, Cases.TIMER_HISTOGRAM, Cases.SUMMARY_HISTOGRAM);

    /** Measures {@value #PROCESSES} processes of each subject, which take turns. */
    static List<Spread> measure(Forks forks) {
        List<Subject> subjects = Cases.all().stream()
                .filter(it -> it.threads() == 1)
                .filter(it -> CASES.contains(it.caseName()) && it.impl().equals(Impl.PERCPU) || isEmptyCall(it))
                .toList();
        Map<Subject, List<Double>> nanos = new LinkedHashMap<>();
        for (int process = 1; process <= PROCESSES; process++) {
            for (Subject subject : subjects) {
                Round measured = forks.run(subject, "spread-" + process);
                if (measured != null) {
                    nanos.computeIfAbsent(subject, key -> new ArrayList<>()).add(measured.leastCpuNanos());
                }
            }
        }
        return nanos.entrySet().stream()
                .map(it -> new Spread(
                        it.getKey().caseName(),
                        it.getKey().impl(),
                        it.getValue().stream().mapToDouble(Double::doubleValue).toArray()))
                .toList();
    }

    private static boolean isEmptyCall(Subject subject) {
        return subject.caseName().equals(Cases.TIMER) && subject.impl().equals(Impl.EMPTY);
    }

    private double fastest() {
        return Arrays.stream(nanos).min().orElse(Double.NaN);
    }

    private double slowest() {
        return Arrays.stream(nanos).max().orElse(Double.NaN);
    }

    /** Returns the difference between the slowest and the fastest process, in percent of the median. */
    double percent() {
        return 100 * (slowest() - fastest()) / Numbers.median(nanos);
    }

    /** Returns the largest allowed spread, in percent; empty if the empty call was not measured. */
    static OptionalDouble limit(List<Spread> spreads) {
        return spreads.stream()
                .filter(it -> it.impl.equals(Impl.EMPTY))
                .mapToDouble(it -> it.percent() + POINTS)
                .findFirst();
    }

    /** Returns the table of all spreads; empty if there are none. */
    static String table(List<Spread> spreads) {
        OptionalDouble limit = limit(spreads);
        if (limit.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder(
                "| case, spread of " + PROCESSES
                        + " processes | implementation | against | at most | spread | fastest ns | slowest ns |\n|---|---|---|---|---|---|---|\n");
        for (Spread spread : spreads) {
            boolean isPercpu = spread.impl.equals(Impl.PERCPU);
            String percent = Math.round(spread.percent()) + " %";
            boolean missed = isPercpu && spread.percent() > limit.getAsDouble();
            out.append("| ").append(spread.caseName).append(" | ").append(spread.impl);
            out.append(isPercpu ? " | " + PEER + " | " : " | | ");
            out.append(isPercpu ? Math.round(limit.getAsDouble()) + " %" : "").append(" | ");
            out.append(missed ? "**" + percent + "**" : percent).append(" | ");
            out.append(Numbers.nanos(spread.fastest())).append(" | ");
            out.append(Numbers.nanos(spread.slowest())).append(" |\n");
        }
        return out.toString();
    }

    Map<String, Object> asMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("case", caseName);
        map.put("impl", impl);
        map.put("unit", "ns/op");
        map.put("cpu", Arrays.stream(nanos).map(it -> Numbers.rounded(it, 3)).toArray());
        return map;
    }
}
