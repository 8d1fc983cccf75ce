package dev.percpu.meter;

import io.micrometer.core.instrument.AbstractMeter;
import io.micrometer.core.instrument.Gauge;
import java.lang.ref.WeakReference;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A gauge that is NaN where its function throws and where its object is gone, as Micrometer's are; but the log names each gauge whose
 * function throws, once, and not only the first of all.
 */
public final class SafeGauge<T> extends AbstractMeter implements Gauge {
    private static final System.Logger LOG = System.getLogger(SafeGauge.class.getName());

    private final WeakReference<@Nullable T> object;
    private final ToDoubleFunction<T> function;
    private volatile boolean told;

    public SafeGauge(Id id, @Nullable T object, ToDoubleFunction<T> function) {
        super(id);
        this.object = new WeakReference<>(object);
        this.function = function;
    }

    @Override
    public double value() {
        T of = object.get();
        if (of == null) {
            return Double.NaN;
        }
        try {
            return function.applyAsDouble(of);
        } catch (Throwable e) { // errors too, as Micrometer does: a function of the application's must not end a scrape
            if (!told) {
                told = true;
                LOG.log(System.Logger.Level.WARNING, "the gauge " + getId() + " is NaN: its function failed", e);
            }
            return Double.NaN;
        }
    }
}
