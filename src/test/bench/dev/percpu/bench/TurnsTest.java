package dev.percpu.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TurnsTest {
    private static final List<String> ALL = List.of("a", "b", "c", "d");

    @Test
    void shouldPutEverybodyInEachPlaceAndBehindEachOtherOnceInFourTurns() {
        Map<String, Integer> places = new HashMap<>();
        Map<String, Integer> neighbours = new HashMap<>();

        for (int turn = 0; turn < ALL.size(); turn++) {
            List<String> order = Turns.order(ALL, turn);
            assertThat(order).containsExactlyInAnyOrderElementsOf(ALL);
            for (int i = 0; i < order.size(); i++) {
                places.merge(order.get(i) + i, 1, Integer::sum);
                if (i > 0) {
                    neighbours.merge(order.get(i - 1) + order.get(i), 1, Integer::sum);
                }
            }
        }

        assertThat(places).hasSize(16);
        assertThat(neighbours).hasSize(12);
    }

    @Test
    void shouldStartAgainAfterAsManyTurns() {
        assertThat(Turns.order(ALL, 5)).isEqualTo(Turns.order(ALL, 1));
    }
}
