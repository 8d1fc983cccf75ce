package dev.percpu.parity;

import java.util.function.Consumer;

/** The same thing of two registries: a meter, or what a meter made. */
record Both<T>(T ours, T theirs) {
    void forEach(Consumer<T> action) {
        action.accept(ours);
        action.accept(theirs);
    }
}
