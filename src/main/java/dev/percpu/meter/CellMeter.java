package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.PointWriter;
import dev.percpu.family.SeriesShape;
import dev.percpu.shard.Cell;
import dev.percpu.shard.CellSnapshot;
import io.micrometer.core.instrument.AbstractMeter;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A meter whose values are in a cell. It is its own series in a scrape: a registry may hold a million, so there is nothing beside it but
 * what it shares with others ({@link SeriesShape}).
 */
public abstract class CellMeter extends AbstractMeter {
    private final long createdMillis;

    /** Set once, before other threads see this meter, as is the next. */
    private @Nullable SeriesShape shape;

    private Expiry.@Nullable LastChange watch;

    /**
     * @param createdMillis wall-clock time of registration
     */
    CellMeter(Id id, long createdMillis) {
        super(id);
        this.createdMillis = createdMillis;
    }

    final long createdMillis() {
        return createdMillis;
    }

    public final void exposeAs(SeriesShape exposed) {
        shape = exposed;
    }

    /** What a scrape shows this meter as; null if Prometheus cannot be told of it. */
    public final @Nullable SeriesShape shape() {
        return shape;
    }

    final void watch(Expiry.LastChange by) {
        watch = by;
    }

    /** Null if this meter is never hidden. */
    final Expiry.@Nullable LastChange watch() {
        return watch;
    }

    /** A number that is another one when something was recorded; 0 if nothing ever was. */
    abstract long fingerprint(CellSnapshot totals);

    /** What it records into. */
    public abstract Cell cell();

    /** What writes a point of its main family out of its cells alone; null if there is more to it, such as exemplars or percentiles. */
    public abstract @Nullable PointWriter plainWriter();

    /** Adds this meter's values as of that snapshot. */
    public abstract void collect(SeriesShape as, CellSnapshot totals, FamilyValues values);

    /** Writes the same as samples of its main family. */
    public abstract void write(CellSnapshot totals, SampleWriter out) throws IOException;

    /** What keeps the maximum that is drained of its cell and told in a family of its own; null if there is none. */
    public abstract @Nullable WindowedMax windowedMax();

    /**
     * This meter's values in one shard, without what is not kept by shard (maximum, percentiles, exemplars); null if nothing was recorded
     * there.
     */
    public abstract @Nullable DataPointSnapshot pointOf(int shard, Labels labels);
}
