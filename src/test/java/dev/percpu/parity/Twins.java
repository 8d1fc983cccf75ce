package dev.percpu.parity;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Does the same to both registries, takes down what, and fails unless both answer alike. */
final class Twins {
    private final Peers peers;
    private final List<String> log = new ArrayList<>();

    Twins(Peers peers) {
        this.peers = peers;
    }

    Peers peers() {
        return peers;
    }

    /** What was done so far, a line each. */
    String log() {
        return String.join("\n", log);
    }

    void note(String what) {
        log.add(what);
    }

    /**
     * Returns what both made, or null if both refused.
     *
     * @throws AssertionError if only one did, or each for another reason
     */
    <T> @Nullable Both<T> both(String what, Function<MeterRegistry, T> operation) {
        note(what);
        Outcome<T> ours = Outcome.of(() -> operation.apply(peers.ours));
        Outcome<T> theirs = Outcome.of(() -> operation.apply(peers.theirs));
        if (!Objects.equals(ours.failure(), theirs.failure())) {
            throw new AssertionError("ours: " + ours + "\ntheirs: " + theirs);
        }
        return ours.value == null || theirs.value == null ? null : new Both<>(ours.value, theirs.value);
    }

    private record Outcome<T>(@Nullable T value, @Nullable RuntimeException thrown) {
        interface Attempt<T> {
            T make();
        }

        static <T> Outcome<T> of(Attempt<T> attempt) {
            try {
                return new Outcome<>(attempt.make(), null);
            } catch (RuntimeException e) {
                return new Outcome<>(null, e);
            }
        }

        @Nullable
        Class<?> failure() {
            return thrown == null ? null : thrown.getClass();
        }
    }
}
