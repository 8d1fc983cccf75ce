package dev.percpu.family;

import io.micrometer.core.instrument.Gauge;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;

/** The series of a gauge. Thread-safe. */
public record GaugeSeries(Family family, Labels labels, Gauge gauge) implements Series {
    @Override
    public List<Family> families() {
        return List.of(family);
    }

    @Override
    public void collect(FamilyValues values) {
        values.add(family, new GaugeDataPointSnapshot(gauge.value(), labels, null));
    }

    @Override
    public void collectUnknown(FamilyValues values) {
        values.add(family, new GaugeDataPointSnapshot(Double.NaN, labels, null));
    }
}
