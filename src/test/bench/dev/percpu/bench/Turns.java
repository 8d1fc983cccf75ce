package dev.percpu.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * In which order those who are compared take their turns. Starting each turn at the next would leave everybody behind the same neighbour; in
 * these orders, a Latin square that is balanced (E. J. Williams, 1949), everybody is in each place equally often, and follows each of the
 * others equally often within a turn.
 */
final class Turns {
    private Turns() {}

    /**
     * @param all an even number, for with an odd one a square cannot be balanced
     * @param turn at least 0; after as many turns as there are members everything starts again
     */
    static <T> List<T> order(List<T> all, int turn) {
        int size = all.size();
        if (size % 2 != 0) {
            throw new IllegalArgumentException("an even number is needed, not " + size);
        }
        List<T> order = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            // 0, n-1, 1, n-2, 2 ...: the differences of neighbours are all different
            int place = i % 2 == 0 ? i / 2 : size - 1 - i / 2;
            order.add(all.get((place + turn) % size));
        }
        return order;
    }
}
