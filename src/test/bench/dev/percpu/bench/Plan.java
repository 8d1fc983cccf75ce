package dev.percpu.bench;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The order of the subjects in each round. Stateless.
 *
 * <p>The first round measures every subject. The second round starts with the subjects that have a limit, and continues until the time
 * budget ends.
 */
final class Plan {
    static final int ROUNDS = 2;

    /** Start of the names of growth cases. They measure percpu alone, so the order does not change a ratio. */
    private static final String GROWTH = "scrape.by-";

    private Plan() {}

    /**
     * Returns the subjects of a round in their order.
     *
     * <p>Even rounds reverse the order. The temperature and the load of the machine change during a round, and the reversal balances that.
     *
     * @param round number of the round, from 1
     * @param subjects all subjects in the order of the report
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
