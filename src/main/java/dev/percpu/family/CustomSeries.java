package dev.percpu.family;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Statistic;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The series of a custom meter: each of its measurements is a value in the family of its statistic. Thread-safe. */
public final class CustomSeries implements Series {
    private static final String STATISTIC = "statistic";

    private final Iterable<Measurement> measurements;
    private final Map<Statistic, FamilyAndLabels> targets = new EnumMap<>(Statistic.class);
    private final List<Family> families;
    private final long createdMillis;

    /**
     * @param labels labels of the meter, without the statistic
     * @param createdMillis wall-clock time of registration, in milliseconds
     * @throws IllegalArgumentException if a label has the name {@code statistic}
     */
    public CustomSeries(
            NamedSeries group, Meter.Id id, Labels labels, long createdMillis, Iterable<Measurement> measurements) {
        if (labels.contains(STATISTIC)) {
            throw new IllegalArgumentException("label names of a custom meter must not include " + STATISTIC
                    + ", but were " + labels.stream().map(Label::getName).toList());
        }
        for (Statistic statistic : Statistic.values()) {
            targets.put(
                    statistic,
                    new FamilyAndLabels(family(group, id, statistic), labels.add(STATISTIC, statistic.toString())));
        }
        this.measurements = measurements;
        this.families = currentFamilies();
        this.createdMillis = createdMillis;
    }

    /** Returns the families of the measurements at registration; none if the measurements cannot be read yet. */
    private List<Family> currentFamilies() {
        Set<Family> used = new LinkedHashSet<>();
        try {
            for (Measurement measurement : measurements) {
                used.add(target(measurement).family);
            }
        } catch (RuntimeException e) {
            return List.of();
        }
        return List.copyOf(used);
    }

    private static Family family(NamedSeries group, Meter.Id id, Statistic statistic) {
        return switch (statistic) {
            case TOTAL, TOTAL_TIME -> group.family(id, "_sum", Family.Kind.COUNTER);
            case COUNT -> group.family(id, "", Family.Kind.COUNTER);
            case MAX -> group.family(id, "_max", Family.Kind.GAUGE);
            case VALUE, UNKNOWN -> group.family(id, "_value", Family.Kind.GAUGE);
            case ACTIVE_TASKS -> group.family(id, "_active_count", Family.Kind.GAUGE);
            case DURATION -> group.family(id, "_duration_sum", Family.Kind.GAUGE);
        };
    }

    private FamilyAndLabels target(Measurement measurement) {
        FamilyAndLabels target = targets.get(measurement.getStatistic());
        if (target == null) {
            throw new IllegalArgumentException(
                    "statistic must be one of " + targets.keySet() + ", but was " + measurement.getStatistic());
        }
        return target;
    }

    @Override
    public List<Family> families() {
        return families;
    }

    @Override
    public void collect(FamilyValues values) {
        for (Measurement measurement : measurements) {
            FamilyAndLabels target = target(measurement);
            double value = measurement.getValue();
            values.add(
                    target.family,
                    target.family.kind() == Family.Kind.COUNTER
                            ? new CounterDataPointSnapshot(value, target.labels, null, createdMillis)
                            : new GaugeDataPointSnapshot(value, target.labels, null));
        }
    }

    private record FamilyAndLabels(Family family, Labels labels) {}
}
