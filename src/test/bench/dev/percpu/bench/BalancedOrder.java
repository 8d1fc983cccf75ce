package dev.percpu.bench;

import java.util.ArrayList;
import java.util.List;

/**
 * Orders for repeated measurements that balance position and predecessor. Stateless.
 *
 * <p>The orders are the rows of a balanced Latin square (E. J. Williams, 1949). Over all rows, each item is once at each position and once
 * directly after each other item. A simple rotation would give each item the same predecessor in every pass.
 */
final class BalancedOrder {
    private BalancedOrder() {}

    /**
     * Returns the items in the order of a pass.
     *
     * @param items even number of items; the construction does not balance odd numbers
     * @param pass number of the pass, at least 0; orders repeat after as many passes as there are items
     * @throws IllegalArgumentException if the number of items is odd
     */
    static <T> List<T> of(List<T> items, int pass) {
        int size = items.size();
        if (size % 2 != 0) {
            throw new IllegalArgumentException("The number of items must be even, but was " + size);
        }
        List<T> order = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            // 0, n-1, 1, n-2, 2 ...: the differences between neighbours are distinct modulo n.
            int index = i % 2 == 0 ? i / 2 : size - 1 - i / 2;
            order.add(items.get((index + pass) % size));
        }
        return order;
    }
}
