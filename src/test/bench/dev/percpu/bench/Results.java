package dev.percpu.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The results of all forks, by subject and round. Not thread-safe. */
final class Results {
    private final Map<Subject, TreeMap<Integer, Round>> rounds = new LinkedHashMap<>();

    void add(Subject subject, int number, Round round) {
        rounds.computeIfAbsent(subject, key -> new TreeMap<>()).put(number, round);
    }

    /**
     * An entry of the report.
     *
     * @param value nanoseconds per operation, as the median of all iterations of all rounds
     * @param error half the width of the 99.9 % confidence interval of the mean, in nanoseconds
     * @param cpu nanoseconds of CPU time per operation, as the median of all iterations of all rounds
     * @param bytesPerOp bytes allocated per operation, as the median of the rounds; NaN if JMH reports none
     * @param rounds number of rounds with results
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

    /** Returns one entry for each subject, in the order in which the subjects were added. */
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
     * Returns the ratio of percpu to the peers of a target, as the median of the ratios of the rounds, or empty.
     *
     * <p>In a round they run shortly after each other, so a machine that is slower for a while affects all.
     *
     * @param figure figure of a round to compare
     */
    OptionalDouble ratio(Target target, int threads, ToDoubleFunction<Round> figure) {
        double[] ratios = ratios(target, threads, figure);
        return ratios.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(Numbers.median(ratios));
    }

    /** Returns the ratio in each round that has results of percpu and of all peers. */
    double[] ratios(Target target, int threads, ToDoubleFunction<Round> figure) {
        TreeMap<Integer, Round> percpu = find(target.caseName(), target.percpu(), threads);
        return commonRounds(target, threads)
                .mapToDouble(round -> figure.applyAsDouble(percpu.get(round))
                        / target.peers().stream()
                                .mapToDouble(peer -> figure.applyAsDouble(
                                        find(target.peerCase(), peer, threads).get(round)))
                                .sum())
                .filter(Double::isFinite) // a figure is NaN if the round does not have it
                .toArray();
    }

    /** Returns the number of rounds that have results of percpu and of all peers. */
    int roundsOf(Target target, int threads) {
        return (int) commonRounds(target, threads).count();
    }

    private Stream<Integer> commonRounds(Target target, int threads) {
        return find(target.caseName(), target.percpu(), threads).keySet().stream()
                .filter(round -> target.peers().stream()
                        .allMatch(peer -> find(target.peerCase(), peer, threads).containsKey(round)));
    }

    /** Returns the rounds of a subject; none if it was not measured. */
    private TreeMap<Integer, Round> find(String caseName, String impl, int threads) {
        return rounds.entrySet().stream()
                .filter(it -> it.getKey().caseName().equals(caseName)
                        && it.getKey().impl().equals(impl)
                        && it.getKey().threads() == threads)
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseGet(TreeMap::new);
    }
}
