package dev.percpu.family;

import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Statistic;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A custom meter in a scrape: each of its measurements is a value in the family of its statistic. */
public final class CustomSeries implements Series {
    private static final String STATISTIC = "statistic";

    private final Iterable<Measurement> measurements;
    private final Map<Statistic, Target> targets = new EnumMap<>(Statistic.class);
    private final List<Family> families;
    private final long createdMillis;

    /**
     * @param labels of the meter, without the statistic
     * @throws IllegalArgumentException if one of the labels is called statistic
     */
    public CustomSeries(
            SeriesGroup group, Meter.Id id, Labels labels, long createdMillis, Iterable<Measurement> measurements) {
        if (labels.contains(STATISTIC)) {
            throw new IllegalArgumentException("the label " + STATISTIC + " is reserved in a custom meter");
        }
        for (Statistic statistic : Statistic.values()) {
            targets.put(
                    statistic, new Target(family(group, id, statistic), labels.add(STATISTIC, statistic.toString())));
        }
        this.measurements = measurements;
        this.families = familiesNow();
        this.createdMillis = createdMillis;
    }

    /** Of the measurements that there are at registration; none if they cannot be told yet. */
    private List<Family> familiesNow() {
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

    private static Family family(SeriesGroup group, Meter.Id id, Statistic statistic) {
        return switch (statistic) {
            case TOTAL, TOTAL_TIME -> group.family(id, "_sum", Family.Kind.COUNTER);
            case COUNT -> group.family(id, "", Family.Kind.COUNTER);
            case MAX -> group.family(id, "_max", Family.Kind.GAUGE);
            case VALUE, UNKNOWN -> group.family(id, "_value", Family.Kind.GAUGE);
            case ACTIVE_TASKS -> group.family(id, "_active_count", Family.Kind.GAUGE);
            case DURATION -> group.family(id, "_duration_sum", Family.Kind.GAUGE);
        };
    }

    private Target target(Measurement measurement) {
        Target target = targets.get(measurement.getStatistic());
        if (target == null) {
            throw new IllegalArgumentException("unknown statistic " + measurement.getStatistic());
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
            Target target = target(measurement);
            double value = measurement.getValue();
            values.add(
                    target.family,
                    target.family.kind() == Family.Kind.COUNTER
                            ? new CounterDataPointSnapshot(value, target.labels, null, createdMillis)
                            : new GaugeDataPointSnapshot(value, target.labels, null));
        }
    }

    private record Target(Family family, Labels labels) {}
}
