package dev.percpu.meter;

import io.prometheus.metrics.core.exemplars.ExemplarSampler;
import io.prometheus.metrics.core.exemplars.ExemplarSamplerConfig;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The exemplars of one meter, sampled by the client's own sampler as long as there are spans to sample.
 *
 * <p>A meter that is recorded to where there is no span several times in a row is disarmed until its exemplars are next read, at a scrape: a
 * record then costs it one plain read of a field, and asks nobody for a span, nor for the time. A span that is there but not sampled keeps
 * it armed: the next one may be. Thread-safe: a race between records may cost an exemplar, never more.
 */
final class SpanExemplars {
    /** How often in a row a meter looks for a span in vain. The client's sampler lets it look once per sample interval. */
    static final int MISSES = 3;

    private static final VarHandle ARMED;

    static {
        try {
            ARMED = MethodHandles.lookup().findVarHandle(SpanExemplars.class, "armed", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ExemplarSampler sampler;

    /** Read opaquely, which is a plain load that no compiler may take out of a loop. */
    private boolean armed = true;

    /** Only counted in the sampler, which lets in one thread at a time. */
    private int misses;

    SpanExemplars(ExemplarSamplerConfig config, SpanContext spans) {
        this.sampler = new ExemplarSampler(config, new Watched(spans));
    }

    /** To be called with every amount, before it is recorded. */
    void observe(double amount) {
        if ((boolean) ARMED.getOpaque(this)) {
            sampler.observe(amount);
        }
    }

    /** What was sampled; arms the meter again. */
    Exemplars collect() {
        ARMED.setOpaque(this, true);
        return sampler.collect();
    }

    boolean isArmed() {
        return (boolean) ARMED.getOpaque(this);
    }

    private void miss() {
        misses++;
        if (misses >= MISSES) {
            misses = 0;
            ARMED.setOpaque(this, false);
        }
    }

    /** The context of the spans, which counts the looks that found none. */
    private final class Watched implements SpanContext {
        private final SpanContext spans;

        Watched(SpanContext spans) {
            this.spans = spans;
        }

        /** Asked first, and alone if it is not. */
        @Override
        public boolean isCurrentSpanSampled() {
            boolean sampled = spans.isCurrentSpanSampled();
            if (sampled || spans.getCurrentSpanId() != null) {
                misses = 0;
            } else {
                miss();
            }
            return sampled;
        }

        @Override
        public @Nullable String getCurrentTraceId() {
            return spans.getCurrentTraceId();
        }

        @Override
        public @Nullable String getCurrentSpanId() {
            return spans.getCurrentSpanId();
        }

        @Override
        public void markCurrentSpanAsExemplar() {
            spans.markCurrentSpanAsExemplar();
        }
    }
}
