package dev.percpu.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BenchmarksTest {
    @Test
    void shouldSelectFromAllCases() {
        assertThat(Benchmarks.selected(Cases.all(), new String[] {"10k-series", "^percpu$"}))
                .isNotEmpty()
                .allMatch(it -> it.caseName().equals(Cases.TIMER_10K_SERIES)
                        && it.impl().equals(Impl.PERCPU));
        assertThat(Benchmarks.selected(Cases.all(), new String[] {"no-such-case"}))
                .isEmpty();
    }

    @Test
    void shouldListCasesAndImplementationsIfNoneMatches() {
        assertThat(Benchmarks.noMatch(new String[] {"no-such-case", "percpu"}))
                .contains("\"no-such-case percpu\"")
                .contains(Cases.TIMER_10K_SERIES, "memory.counter.1m", "http.server")
                .contains(Impl.MICROMETER_SIMPLECLIENT);
    }

    @Test
    void shouldWarmUpAllImplementationsOfACaseEqually() {
        Cases.all()
                .forEach(one -> Cases.all().stream()
                        .filter(other -> other.caseName().equals(one.caseName())
                                && !other.impl().equals(Impl.FLOOR)
                                && !one.impl().equals(Impl.FLOOR))
                        .forEach(other -> assertThat(other.warmupFactor())
                                .as("%s and %s", one, other)
                                .isEqualTo(one.warmupFactor())));
    }

    @Test
    void shouldNotWaitForManyThreads() {
        assertThat(Cases.all()).filteredOn(it -> it.threads() > 8).isNotEmpty().noneMatch(Subject::hasBarrier);
        assertThat(Cases.all()).filteredOn(it -> it.threads() == 2).isNotEmpty().allMatch(Subject::hasBarrier);
    }
}
