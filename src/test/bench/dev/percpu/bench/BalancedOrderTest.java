package dev.percpu.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class BalancedOrderTest {
    private static final List<String> ITEMS = List.of("a", "b", "c", "d");

    @Test
    void shouldPlaceEachItemOnceAtEachPositionAndAfterEachOtherItem() {
        Map<String, Integer> positions = new HashMap<>();
        Map<String, Integer> neighbours = new HashMap<>();

        for (int pass = 0; pass < ITEMS.size(); pass++) {
            List<String> order = BalancedOrder.of(ITEMS, pass);
            assertThat(order).containsExactlyInAnyOrderElementsOf(ITEMS);
            for (int i = 0; i < order.size(); i++) {
                positions.merge(order.get(i) + i, 1, Integer::sum);
                if (i > 0) {
                    neighbours.merge(order.get(i - 1) + order.get(i), 1, Integer::sum);
                }
            }
        }

        assertThat(positions).hasSize(16);
        assertThat(neighbours).hasSize(12);
    }

    @Test
    void shouldRepeatAfterAsManyPassesAsItems() {
        assertThat(BalancedOrder.of(ITEMS, 5)).isEqualTo(BalancedOrder.of(ITEMS, 1));
    }
}
