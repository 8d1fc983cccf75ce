package dev.percpu.bench;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Who is measured in which round, and when. There is time for one round of everything; the second goes to what is compared with a figure
 * that we have set ourselves, and then as far as the time lasts.
 */
final class Plan {
    static final int ROUNDS = 2;

    /** What grows with what: ours alone, so that no order favours anybody. */
    private static final String GROWTH = "scrape.by-";

    private Plan() {}

    /**
     * The subjects of a round in their order. In every second one it is the other way round, so that whoever ran first, on the cooler or the
     * quieter machine, runs last.
     *
     * @param round from 1 on
     * @param subjects in the order of the report
     */
    static List<Subject> of(int round, List<Subject> subjects) {
        if (round == 1) {
            return subjects;
        }
        List<Subject> ordered = round % 2 == 0 ? subjects.reversed() : subjects;
        return ordered.stream()
                .filter(it -> !it.caseName().startsWith(GROWTH))
                .sorted(Comparator.<Subject>comparingInt(it -> hasTarget(it) ? 0 : 1)
                        .thenComparingInt(Subject::threads))
                .toList();
    }

    private static boolean hasTarget(Subject subject) {
        return Stream.of(Target.ALL, Target.ALLOCATED, List.of(Target.HTTP_REQUEST_BYTES))
                .flatMap(List::stream)
                .anyMatch(it -> it.compares(subject));
    }
}
