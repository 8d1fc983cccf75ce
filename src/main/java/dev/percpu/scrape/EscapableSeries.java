package dev.percpu.scrape;

import dev.percpu.exposition.Escaping;
import dev.percpu.exposition.PrometheusClient;
import dev.percpu.family.Family;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.WarnOnceLogger;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.List;

/**
 * A filter of series whose label names an escaping scheme cannot write. Stateless.
 *
 * <p>The scheme {@code dots} doubles underscores, so it makes the reserved name {@code __x} of {@code _x}. Another scheme can give two labels
 * of a series the same name. The Prometheus client throws in both cases, and the whole scrape would fail.
 */
final class EscapableSeries {
    private static final WarnOnceLogger LOGGER = new WarnOnceLogger(EscapableSeries.class);

    private EscapableSeries() {}

    /** Returns the families without the series that the scheme cannot write. The log names each family that has such series once. */
    static MetricSnapshots of(MetricSnapshots families, Escaping escaping) {
        List<MetricSnapshot> escapable = new ArrayList<>(families.size());
        boolean complete = true;
        for (MetricSnapshot family : families) {
            if (family.getDataPoints().stream()
                    .allMatch(point -> PrometheusClient.isEscapable(point.getLabels(), escaping))) {
                escapable.add(family);
                continue;
            }
            complete = false;
            String name = family.getMetadata().getPrometheusName();
            LOGGER.log(
                    name + escaping,
                    () -> "Series of " + name + " are left out of the scrape: the escaping scheme " + escaping.value()
                            + " cannot write the names of their labels");
            Family.Kind kind = Family.Kind.of(family);
            if (kind != null) {
                Family values = new Family(family.getMetadata(), kind);
                FamilyValues points = new FamilyValues(any -> true);
                for (DataPointSnapshot point : family.getDataPoints()) {
                    if (PrometheusClient.isEscapable(point.getLabels(), escaping)) {
                        points.add(values, point);
                    }
                }
                points.snapshots().forEach(escapable::add);
            }
        }
        return complete ? families : new MetricSnapshots(escapable);
    }
}
