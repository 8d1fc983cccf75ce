package dev.percpu.parity;

import dev.percpu.shard.JvmCellStore;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Compares the scrapes of this registry and of Micrometer's after the same operations, in every format. */
class ParityTest {
    static Stream<ParityCase> cases() {
        return Stream.of(
                        MeterCases.counters(),
                        MeterCases.gauges(),
                        DistributionCases.timers(),
                        DistributionCases.summaries(),
                        MeterCases.others())
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldReturnEqualScrapesFromShards(ParityCase operations) {
        try (Peers peers = new Peers()) {
            peers.doing(operations.operations()).assertEqualScrapes();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldReturnEqualScrapesFromJvmCells(ParityCase operations) {
        try (Peers peers = new Peers(new JvmCellStore(), null)) {
            peers.doing(operations.operations()).assertEqualScrapes();
        }
    }
}
