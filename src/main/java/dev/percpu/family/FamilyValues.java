package dev.percpu.family;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
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
 * The values of one scrape, family by family. Values that cannot stand beside others of their family are left out with a warning: one
 * meter must not cost a scrape all others. Not thread-safe.
 */
public final class FamilyValues {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(FamilyValues.class);

    private final Predicate<String> included;
    private final Map<String, Points> families = new HashMap<>();

    /**
     * @param included names of the families that are wanted
     */
    public FamilyValues(Predicate<String> included) {
        this.included = included;
    }

    /** Adds a value. Name and help of a family are those of its first value. */
    public void add(Family family, DataPointSnapshot point) {
        if (!included.test(family.name())) {
            return;
        }
        Points points = families.computeIfAbsent(family.name(), name -> new Points(family, new ArrayList<>()));
        if (points.family.kind() == family.kind()) {
            points.values.add(point);
        } else {
            LOGGER.log(() -> family.name() + point.getLabels() + " is left out of the scrape: it is a " + family.kind()
                    + ", but there is already a " + points.family.kind() + " of that name");
        }
    }

    /** Adds all values of another scrape. */
    public void addAll(FamilyValues others) {
        for (Points points : others.families.values()) {
            points.values.forEach(value -> add(points.family, value));
        }
    }

    /** Names of the families that have values. */
    public Set<String> names() {
        return families.keySet();
    }

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
                    LOGGER.log(() ->
                            "a second value of " + family.name() + value.getLabels() + " is left out of the scrape");
                }
            }
            return byLabels.values();
        }
    }
}
