package dev.percpu.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** What was measured, by subject and round. Not thread-safe. */
final class Results {
    private final Map<Subject, TreeMap<Integer, Round>> rounds = new LinkedHashMap<>();

    void add(Subject subject, int number, Round round) {
        rounds.computeIfAbsent(subject, key -> new TreeMap<>()).put(number, round);
    }

    /**
     * One entry of the report.
     *
     * @param value nanoseconds: the median of all iterations of all rounds
     * @param error half the width of the 99.9 % confidence interval of their mean
     * @param cpu nanoseconds of CPU time, the median likewise
     * @param bytesPerOp the median of the rounds; NaN if JMH told none
     * @param rounds in how many it was measured
     */
    record Entry(
            String caseName,
            String impl,
            int threads,
            double value,
            double error,
            double cpu,
            double bytesPerOp,
            int rounds) {}

    List<Entry> entries() {
        List<Entry> entries = new ArrayList<>();
        rounds.forEach((subject, measured) -> {
            double[] nanos = measured.values().stream()
                    .flatMapToDouble(round -> Arrays.stream(round.nanosPerOp()))
                    .toArray();
            double[] cpuNanos = measured.values().stream()
                    .flatMapToDouble(round -> Arrays.stream(round.cpuNanosPerOp()))
                    .toArray();
            double[] bytes = measured.values().stream()
                    .mapToDouble(Round::bytesPerOp)
                    .filter(it -> !Double.isNaN(it))
                    .toArray();
            entries.add(new Entry(
                    subject.caseName(),
                    subject.impl(),
                    subject.threads(),
                    Numbers.median(nanos),
                    Numbers.error(nanos),
                    Numbers.median(cpuNanos),
                    bytes.length == 0 ? Double.NaN : Numbers.median(bytes),
                    measured.size()));
        });
        return entries;
    }

    @Nullable
    Entry entry(String caseName, String impl, int threads) {
        return entries().stream()
                .filter(it -> it.caseName().equals(caseName) && it.impl().equals(impl) && it.threads() == threads)
                .findFirst()
                .orElse(null);
    }

    /**
     * How one implementation compares with another: the median over the rounds, in each of which they ran shortly one after the other. So
     * a machine that is slower for a while does not decide it.
     */
    OptionalDouble ratio(
            String caseName,
            String impl,
            String againstCase,
            String against,
            int threads,
            ToDoubleFunction<Round> figure) {
        TreeMap<Integer, Round> ours = find(caseName, impl, threads);
        TreeMap<Integer, Round> theirs = find(againstCase, against, threads);
        if (ours == null || theirs == null) {
            return OptionalDouble.empty();
        }
        double[] ratios = ours.keySet().stream()
                .filter(theirs::containsKey)
                .mapToDouble(round -> figure.applyAsDouble(ours.get(round)) / figure.applyAsDouble(theirs.get(round)))
                .filter(Double::isFinite) // a figure that a round lacks
                .toArray();
        return ratios.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(Numbers.median(ratios));
    }

    /** In how many rounds both were measured: of so many the ratio is the median. */
    int roundsOf(Target target, int threads) {
        TreeMap<Integer, Round> ours = find(target.caseName(), target.ours(), threads);
        TreeMap<Integer, Round> theirs = find(target.againstCase(), target.against(), threads);
        return ours == null || theirs == null
                ? 0
                : (int) ours.keySet().stream().filter(theirs::containsKey).count();
    }

    private @Nullable TreeMap<Integer, Round> find(String caseName, String impl, int threads) {
        return rounds.entrySet().stream()
                .filter(it -> it.getKey().caseName().equals(caseName)
                        && it.getKey().impl().equals(impl)
                        && it.getKey().threads() == threads)
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
    }
}
