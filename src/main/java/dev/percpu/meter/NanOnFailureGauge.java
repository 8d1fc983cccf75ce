package dev.percpu.meter;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.Gauge;
import java.lang.ref.WeakReference;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A gauge whose value is NaN if its function throws or its object is garbage-collected, as in Micrometer. Thread-safe.
 *
 * <p>Micrometer logs only the first failure of all gauges. This class logs the first failure of each gauge.
 *
 * @param <T> type of the object
 */
public final class NanOnFailureGauge<T> extends AbstractMeter implements Gauge {
    private static final System.Logger LOG = System.getLogger(NanOnFailureGauge.class.getName());

    private final WeakReference<@Nullable T> object;
    private final ToDoubleFunction<T> function;
    private volatile boolean logged;

    /**
     * @param object argument of the function, held weakly
     * @param function computes the value; may throw
     */
    public NanOnFailureGauge(Id id, @Nullable T object, ToDoubleFunction<T> function) {
        super(id);
        this.object = new WeakReference<>(object);
        this.function = function;
    }

    @Override
    public double value() {
        T argument = object.get();
        if (argument == null) {
            return Double.NaN;
        }
        // Errors are caught too, as in Micrometer: a failing function must not make a scrape fail.
        try {
            return function.applyAsDouble(argument);
        } catch (Throwable e) {
            if (!logged) {
                logged = true;
                LOG.log(
                        System.Logger.Level.WARNING,
                        "gauge " + getId() + " is NaN because its function failed; further failures are not logged",
                        e);
            }
            return Double.NaN;
        }
    }
}
