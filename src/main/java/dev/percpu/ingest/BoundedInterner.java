package dev.percpu.ingest;

import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Returns one object for equal values that occur often, as {@link String#intern()} does, so that many series share the strings of their
 * labels. It remembers {@value #SLOTS} values at most; a value whose hash collides replaces another one. Thread-safe and lock-free.
 *
 * @param <T> type of the values, which must be immutable
 */
final class BoundedInterner<T> {
    private static final int SLOTS = 1_024;

    private final AtomicReferenceArray<T> values = new AtomicReferenceArray<>(SLOTS);

    /** Returns the remembered value that equals this one, or this one. */
    T intern(T value) {
        int hash = value.hashCode();
        int slot = (hash ^ hash >>> 16) & (SLOTS - 1);
        T known = values.get(slot);
        if (value.equals(known)) {
            return known;
        }
        values.set(slot, value);
        return value;
    }
}
