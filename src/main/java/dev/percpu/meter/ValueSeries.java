package dev.percpu.meter;

import dev.percpu.shard.Totals;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import java.util.List;
import java.util.function.Function;

/** A meter with one value in one family. */
record ValueSeries(Family family, Function<Totals, DataPointSnapshot> reader) implements Series {
    @Override
    public List<Family> families() {
        return List.of(family);
    }

    @Override
    public void collect(Totals totals, FamilyValues values) {
        values.add(family, reader.apply(totals));
    }
}
