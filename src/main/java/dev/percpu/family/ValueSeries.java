package dev.percpu.family;

import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import java.util.List;
import java.util.function.Supplier;

/** A meter with one value in one family. */
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
