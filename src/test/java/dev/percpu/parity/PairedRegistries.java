package dev.percpu.parity;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Two registries on which the same operations are called and logged. An operation must succeed on both, or fail on both alike. */
final class PairedRegistries {
    private final Peers peers;
    private final List<String> log = new ArrayList<>();

    PairedRegistries(Peers peers) {
        this.peers = peers;
    }

    Peers peers() {
        return peers;
    }

    /** Returns the operations so far, one per line. */
    String log() {
        return String.join("\n", log);
    }

    /** Adds a line to the log. */
    void log(String operation) {
        log.add(operation);
    }

    /**
     * Calls an operation on both registries, and returns its results; null if it failed on both.
     *
     * @param description a line for the log
     * @throws AssertionError if the operation failed on one registry only, or with exceptions of different classes
     */
    <T> @Nullable Pair<T> both(String description, Function<MeterRegistry, T> operation) {
        log(description);
        Outcome<T> perCpu = Outcome.of(() -> operation.apply(peers.perCpu));
        Outcome<T> micrometer = Outcome.of(() -> operation.apply(peers.micrometer));
        if (!Objects.equals(perCpu.failure(), micrometer.failure())) {
            throw new AssertionError("per-CPU registry: " + perCpu + "\nMicrometer: " + micrometer);
        }
        return perCpu.value == null || micrometer.value == null ? null : new Pair<>(perCpu.value, micrometer.value);
    }

    private record Outcome<T>(@Nullable T value, @Nullable RuntimeException thrown) {
        interface Call<T> {
            T run();
        }

        static <T> Outcome<T> of(Call<T> call) {
            try {
                return new Outcome<>(call.run(), null);
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
