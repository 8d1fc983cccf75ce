package dev.percpu.ingest.mapping;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The family and labels of a received metric. Immutable and thread-safe.
 *
 * @param drop whether the samples are discarded on purpose; the other values then have no meaning
 * @param name name of the Prometheus family, written as it is; empty if the mapping makes no name of the received one
 * @param help help text of the family
 * @param labels labels that the mapping adds, by name; a received tag of the same name is replaced, unless {@code honorTags}
 * @param honorTags whether a received tag wins over a label of the mapping
 * @param scale factor of each value; 1 by default
 * @param observer form of the family of an observer
 * @param expireAfter time without a sample after which scrapes omit the series; null for never
 */
public record MappedMetric(
        boolean drop,
        String name,
        String help,
        Map<String, String> labels,
        boolean honorTags,
        double scale,
        ObserverOptions observer,
        @Nullable Duration expireAfter) {
    public MappedMetric {
        labels = Map.copyOf(labels);
    }
}
