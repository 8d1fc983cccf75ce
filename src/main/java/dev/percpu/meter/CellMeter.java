package dev.percpu.meter;

import dev.percpu.shard.Totals;
import io.micrometer.core.instrument.AbstractMeter;
import org.jspecify.annotations.Nullable;

/**
 * A meter whose values are in a cell. It is its own series in a scrape: a registry may hold a million, so there is nothing beside it but
 * what it shares with others ({@link SeriesShape}).
 */
abstract class CellMeter extends AbstractMeter {
    private final long createdMillis;

    /** Set once, before other threads see this meter. */
    private @Nullable SeriesShape shape;

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

    final void exposeAs(SeriesShape exposed) {
        shape = exposed;
    }

    /** What a scrape shows this meter as; null if Prometheus cannot be told of it. */
    final @Nullable SeriesShape shape() {
        return shape;
    }

    /** Adds this meter's values as of that snapshot. */
    abstract void collect(SeriesShape as, Totals totals, FamilyValues values);
}
