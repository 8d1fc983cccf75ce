package dev.percpu.ingest.otlp;

import dev.percpu.settings.OtlpNames;
import java.time.Duration;
import java.util.List;

/**
 * The settings of the receiver. Immutable.
 *
 * @param names whether names keep the characters that only Prometheus 3 accepts
 * @param resourceLabels keys of resource attributes, and of {@code otel.scope.name} and {@code otel.scope.version}, that become labels
 * @param maxStreams largest number of streams with a state, at least 1
 * @param expireAfter time without a point after which the state of a stream is dropped
 */
public record OtlpSettings(OtlpNames names, List<String> resourceLabels, int maxStreams, Duration expireAfter) {
    public OtlpSettings {
        resourceLabels = List.copyOf(resourceLabels);
    }
}
