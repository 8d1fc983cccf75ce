package dev.percpu.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlanTest {
    @Test
    void shouldMeasureAllSubjectsInTheFirstRound() {
        assertThat(Plan.of(1, Cases.all())).isEqualTo(Cases.all());
    }

    @Test
    void shouldStartTheSecondRoundWithSubjectsThatHaveALimit() {
        List<Subject> second = Plan.of(2, Cases.all());

        assertThat(second).hasSizeGreaterThan(100);
        assertThat(second.stream().dropWhile(PlanTest::hasLimit)).isNotEmpty().noneMatch(PlanTest::hasLimit);
        assertThat(second.getFirst()).matches(PlanTest::hasLimit);
    }

    @Test
    void shouldReverseTheOrderInTheSecondRound() {
        assertThat(Plan.of(2, List.of(counter(Impl.PERCPU), counter(Impl.MICROMETER), counter(Impl.EMPTY))))
                .extracting(Subject::impl)
                .containsExactly(Impl.EMPTY, Impl.MICROMETER, Impl.PERCPU);
        assertThat(Plan.of(2, Cases.all()).stream()
                        .filter(it ->
                                it.impl().equals(Impl.PERCPU) && it.caseName().contains(".during-"))
                        .map(Subject::caseName))
                .containsExactly(
                        Cases.DURING_OTHER_WITHOUT_PAUSE,
                        Cases.DURING_SCRAPES,
                        Cases.DURING_OTHER,
                        Cases.DURING_SCRAPE);
    }

    @Test
    void shouldKeepComparedSubjectsAdjacentInTheSecondRound() {
        List<String> impls = Plan.of(2, Cases.all()).stream()
                .filter(it -> it.caseName().equals(Cases.COUNTER) && it.threads() == 2)
                .filter(it -> Target.ALL.stream().anyMatch(target -> target.compares(it)))
                .map(Subject::impl)
                .toList();

        assertThat(impls)
                .containsExactly(
                        Impl.EMPTY, Impl.FLOOR, Impl.PERCPU_SELF, Impl.PERCPU_ATOMIC, Impl.MICROMETER, Impl.PERCPU);
    }

    @Test
    void shouldMeasureGrowthInTheFirstRoundOnly() {
        assertThat(Plan.of(1, Cases.all())).anyMatch(it -> it.caseName().startsWith(Cases.SCRAPE_BY_CPUS));
        assertThat(Plan.of(2, Cases.all())).noneMatch(it -> it.caseName().startsWith("scrape.by-"));
    }

    private static boolean hasLimit(Subject subject) {
        return Target.ALL.stream().anyMatch(target -> target.compares(subject));
    }

    private static Subject counter(String impl) {
        return new Subject(Cases.COUNTER, impl, 1, CounterCase.class, "registry", Map.of(), false);
    }
}
