package dev.percpu.parity;

import dev.percpu.shard.JvmCellStore;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The same operations on our registry and on Micrometer's give the same bytes in every format. */
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
    void shouldBeScrapedAlikeFromShards(ParityCase operations) {
        try (Peers peers = new Peers()) {
            peers.doing(operations.operations()).shouldBeScrapedAlike();
        }
    }

    @ParameterizedTest
    @MethodSource("cases")
    void shouldBeScrapedAlikeFromTheJvm(ParityCase operations) {
        try (Peers peers = new Peers(new JvmCellStore(), null)) {
            peers.doing(operations.operations()).shouldBeScrapedAlike();
        }
    }
}
