package dev.percpu.family;

import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * The data points of one scrape, by family. Not thread-safe.
 *
 * <p>A data point of another kind than its family, or with labels that the family already has, is left out of the scrape, and logged. So
 * one wrong meter does not make a scrape fail.
 */
public final class FamilyValues {
    private static final WarnOnceLogger LOGGER = new WarnOnceLogger(FamilyValues.class);

    private final Predicate<String> included;
    private final Map<String, Points> families = new HashMap<>();

    /**
     * @param included returns whether the scrape includes a family name. Data points of families that are not included are dropped.
     */
    public FamilyValues(Predicate<String> included) {
        this.included = included;
    }

    /** Adds a data point. The first data point of a family sets its kind and help text. */
    public void add(Family family, DataPointSnapshot point) {
        if (!included.test(family.name())) {
            return;
        }
        Points points = families.computeIfAbsent(family.name(), name -> new Points(family, new ArrayList<>()));
        if (points.family.kind() == family.kind()) {
            points.values.add(point);
        } else {
            LOGGER.log(
                    family.name() + point.getLabels(),
                    () -> family.name() + point.getLabels() + " is left out of the scrape: its type is " + family.kind()
                            + ", but the type of the family is " + points.family.kind());
        }
    }

    /** Adds all data points of another instance. */
    public void addAll(FamilyValues added) {
        for (Points points : added.families.values()) {
            points.values.forEach(value -> add(points.family, value));
        }
    }

    /** Returns the names of the families that have data points. */
    public Set<String> names() {
        return families.keySet();
    }

    /** Returns the families as snapshots of the Prometheus client. */
    public MetricSnapshots snapshots() {
        List<MetricSnapshot> snapshots = new ArrayList<>(families.size());
        for (Points points : families.values()) {
            snapshots.add(points.snapshot());
        }
        return new MetricSnapshots(snapshots);
    }

    private record Points(Family family, List<DataPointSnapshot> values) {
        MetricSnapshot snapshot() {
            try {
                return family.kind().snapshot(family.metadata(), values);
            } catch (IllegalArgumentException duplicateLabels) {
                return family.kind().snapshot(family.metadata(), distinct());
            }
        }

        private Collection<DataPointSnapshot> distinct() {
            Map<Labels, DataPointSnapshot> byLabels = new LinkedHashMap<>();
            for (DataPointSnapshot value : values) {
                if (byLabels.putIfAbsent(value.getLabels(), value) != null) {
                    LOGGER.log(
                            family.name() + value.getLabels(),
                            () -> "A duplicate of " + family.name() + value.getLabels() + " is left out of the scrape");
                }
            }
            return byLabels.values();
        }
    }
}
