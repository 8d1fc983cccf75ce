package dev.percpu.parity;

import java.util.function.Consumer;

/** Two corresponding objects, one of each registry: meters, or results of the same call. */
record Pair<T>(T perCpu, T micrometer) {
    void forEach(Consumer<T> action) {
        action.accept(perCpu);
        action.accept(micrometer);
    }
}
