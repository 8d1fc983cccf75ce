package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.NamedSeries.SeriesShape;
import dev.percpu.family.PointWriter;
import dev.percpu.shard.Cell;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.RecordTarget;
import io.micrometer.core.instrument.AbstractMeter;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A meter that records into a cell. Thread-safe.
 *
 * <p>In a scrape the meter is its own series: a registry may hold a million meters, and a series object for each would cost memory. The
 * {@link SeriesShape} is shared with other meters.
 */
public abstract class CellMeter extends AbstractMeter {
    /**
     * What records into the cell. It is in this object, with the offset of the cell, so that a record reads few cache lines. Null if the meter
     * records in another way: it samples exemplars, or the cell is on the JVM's heap.
     */
    final @Nullable RecordTarget target;

    final long offset;

    /** Samples exemplars; null without a span context. */
    final @Nullable SpanExemplars sampler;

    private final long createdMillis;

    /** Set at most once, before other threads can reach this meter. */
    private @Nullable SeriesShape shape;

    /** Set at most once, before other threads can reach this meter; null if the meter never expires. */
    private @Nullable LastChange lastChange;

    /**
     * @param createdMillis wall-clock time of registration, in milliseconds
     * @param cell the cell, which a subclass must hold in a final field
     * @param sampler the sampler of the meter's exemplars; null if none are sampled
     */
    CellMeter(Id id, long createdMillis, Cell cell, @Nullable SpanExemplars sampler) {
        super(id);
        this.sampler = sampler;
        this.target = sampler == null ? cell.target() : null;
        this.offset = cell.offset();
        this.createdMillis = createdMillis;
    }

    final long createdMillis() {
        return createdMillis;
    }

    /** Sets the families and label names of this meter. */
    public final void exposeAs(SeriesShape exposed) {
        shape = exposed;
    }

    /** Returns the families and label names of this meter; null if it cannot be exposed to Prometheus. */
    public final @Nullable SeriesShape shape() {
        return shape;
    }

    /**
     * Starts to keep the time of the last change, as required by {@link #isIdle}.
     *
     * @param nowNanos monotonic time
     * @param idleNanos time without a change after which the meter is idle
     */
    final void trackChanges(long nowNanos, long idleNanos) {
        lastChange = new LastChange(nowNanos, idleNanos);
    }

    /**
     * Returns whether the cells have not changed for some time; false unless changes are tracked.
     *
     * @param snapshot the cells now; a change gets the time of the first call that detects it
     * @param nowNanos monotonic time, in nanoseconds
     */
    final boolean isIdle(CellSnapshot snapshot, long nowNanos) {
        return lastChange != null && lastChange.isIdle(fingerprint(snapshot), nowNanos);
    }

    /** Returns a number that changes with every recording and is 0 before the first. */
    abstract long fingerprint(CellSnapshot snapshot);

    /** Returns the cell that this meter records into. */
    public abstract Cell cell();

    /**
     * Reads what a record reads before the native call. A caller that is about to record into many meters overlaps their cache misses by this.
     *
     * @return a number without meaning, so that the JIT compiler keeps the reads
     */
    public long touch() {
        return target == null ? 0 : offset;
    }

    /** Returns a writer of the main family's samples that reads the values from cells only; null if there are percentiles. */
    public abstract @Nullable PointWriter pointWriter();

    /** Returns whether this meter samples exemplars. */
    public final boolean samplesExemplars() {
        return sampler != null;
    }

    /** Samples an amount for the exemplars, if this meter has any. */
    final void sample(double amount) {
        if (sampler != null) {
            sampler.observe(amount);
        }
    }

    /** Returns the sampled exemplars, with values in the base unit. */
    public abstract Exemplars exemplars();

    /** Adds the values of this meter at the time of the snapshot. */
    public abstract void collect(SeriesShape exposed, CellSnapshot snapshot, FamilyValues values);

    /** Writes the samples of the main family at the time of the snapshot. */
    public abstract void write(CellSnapshot snapshot, SampleWriter out) throws IOException;

    /**
     * Returns the current values of one shard; null if nothing was recorded there. Maximum, percentiles and exemplars are not kept per shard.
     */
    public abstract @Nullable DataPointSnapshot pointOf(int shard, Labels labels);

    /** The time of the last change of a meter's cells. Thread-safe. */
    private static final class LastChange {
        private final long idleNanos;
        private long fingerprint;
        private long changedNanos;

        LastChange(long createdNanos, long idleNanos) {
            this.idleNanos = idleNanos;
            changedNanos = createdNanos;
        }

        synchronized boolean isIdle(long currentFingerprint, long nowNanos) {
            if (currentFingerprint != fingerprint) {
                fingerprint = currentFingerprint;
                changedNanos = nowNanos;
            }
            return nowNanos - changedNanos >= idleNanos;
        }
    }
}
