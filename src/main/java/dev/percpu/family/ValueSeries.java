package dev.percpu.family;

import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import java.util.List;
import java.util.function.Supplier;

/**
 * The series of a meter with one value in one family. Thread-safe.
 *
 * @param reader reads the current value
 */
public record ValueSeries(Family family, Supplier<DataPointSnapshot> reader) implements Series {
    @Override
    public List<Family> families() {
        return List.of(family);
    }

    @Override
    public void collect(FamilyValues values) {
        values.add(family, reader.get());
    }
}
