package dev.percpu.meter;

import dev.percpu.family.Family;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.Series;
import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Gauge;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A gauge whose value is set or changed by its user. It is 0 at first. Thread-safe: the last value that is set stays, and no change is lost.
 *
 * <p>Setting reads no clock and allocates nothing.
 */
public final class SettableGauge extends AbstractMeter implements Gauge {
    private static final VarHandle BITS;
    private static final VarHandle CHANGED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            BITS = lookup.findVarHandle(SettableGauge.class, "bits", long.class);
            CHANGED = lookup.findVarHandle(SettableGauge.class, "changed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** The raw bits of the value. */
    @SuppressWarnings("unused") // accessed by the handle
    private long bits;

    /** Whether the value was set since the last check. Only a gauge that can expire resets it. */
    @SuppressWarnings("unused") // accessed by the handle
    private boolean changed;

    /** Set at most once, before other threads can reach this gauge; null if it never expires. */
    private @Nullable LastChange lastChange;

    /** Creates a gauge with the value 0. */
    public SettableGauge(Id id) {
        super(id);
    }

    /**
     * Sets the value.
     *
     * @param value any double
     */
    public void set(double value) {
        BITS.setRelease(this, Double.doubleToRawLongBits(value));
        CHANGED.setRelease(this, true);
    }

    /**
     * Adds an amount to the value, by one atomic change.
     *
     * @param amount any double
     */
    public void add(double amount) {
        long before;
        long after;
        do {
            before = (long) BITS.getVolatile(this);
            after = Double.doubleToRawLongBits(Double.longBitsToDouble(before) + amount);
        } while (!BITS.weakCompareAndSet(this, before, after));
        CHANGED.setRelease(this, true);
    }

    @Override
    public double value() {
        return Double.longBitsToDouble((long) BITS.getAcquire(this));
    }

    void trackChanges(Clock clock, long idleNanos) {
        lastChange = new LastChange(clock, idleNanos);
    }

    /** Returns whether the value was not set for the time after which scrapes omit it. A change gets the time of this call. */
    public boolean checkIdle() {
        LastChange last = lastChange;
        return last != null && last.isIdle((boolean) CHANGED.getAndSet(this, false));
    }

    /** Returns the series of this gauge. */
    public Series series(Family family, Labels labels) {
        return new SettableSeries(family, labels);
    }

    private final class SettableSeries implements Series {
        private final Family family;
        private final Labels labels;

        SettableSeries(Family family, Labels labels) {
            this.family = family;
            this.labels = labels;
        }

        @Override
        public List<Family> families() {
            return List.of(family);
        }

        @Override
        public void collect(FamilyValues values) {
            if (!checkIdle()) {
                values.add(family, new GaugeDataPointSnapshot(value(), labels, null));
            }
        }
    }

    /** The time of the last change. Thread-safe. */
    private static final class LastChange {
        private final Clock clock;
        private final long idleNanos;
        private long changedNanos;

        LastChange(Clock clock, long idleNanos) {
            this.clock = clock;
            this.idleNanos = idleNanos;
            changedNanos = clock.monotonicTime();
        }

        synchronized boolean isIdle(boolean changed) {
            long nowNanos = clock.monotonicTime();
            if (changed) {
                changedNanos = nowNanos;
            }
            return nowNanos - changedNanos >= idleNanos;
        }
    }
}
