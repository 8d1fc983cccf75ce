package dev.percpu.ingest.mapping;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a rule makes of the metrics that it matches. Immutable and thread-safe.
 *
 * @param type the only type of metrics to which the rule applies; null for all types
 */
record MappingRule(
        @Nullable MetricType type,
        boolean drop,
        Template name,
        String help,
        Map<String, Template> labels,
        boolean honorTags,
        double scale,
        ObserverOptions observer,
        @Nullable Duration expireAfter) {
    MappingRule {
        labels = Map.copyOf(labels);
    }

    boolean appliesTo(MetricType candidate) {
        return type == null || type == candidate;
    }

    /** @param captured returns a part of the received name by its number in the match */
    MappedMetric map(IntFunction<String> captured) {
        Map<String, String> values = new LinkedHashMap<>();
        labels.forEach((label, value) -> values.put(label, value.expand(captured)));
        return new MappedMetric(
                drop, MetricNames.escape(name.expand(captured)), help, values, honorTags, scale, observer, expireAfter);
    }
}
