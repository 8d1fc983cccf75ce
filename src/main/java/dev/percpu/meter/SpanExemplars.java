package dev.percpu.meter;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.prometheus.metrics.core.exemplars.ExemplarSampler;
import io.prometheus.metrics.core.exemplars.ExemplarSamplerConfig;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An exemplar sampler of one meter that stops while there are no spans. The sampling itself is that of the Prometheus client.
 *
 * <p>The sampler is armed at first. After {@link #MAX_MISSES} consecutive samples without a current span it is disarmed, until the next
 * scrape arms it again. While disarmed, a record costs two opaque reads: it reads neither the span nor the time. A current span that is not
 * sampled keeps the sampler armed, because the next span may be sampled.
 *
 * <p>The span context is user code. An exception or error that it throws costs the exemplar, and is logged once.
 *
 * <p>Thread-safe. A race between records may lose an exemplar; it does not affect recorded values.
 */
final class SpanExemplars {
    /** Consecutive samples without a span that disarm the sampler. The client's sampler takes at most one sample per interval. */
    static final int MAX_MISSES = 3;

    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(SpanExemplars.class);

    /** A number that is not one of a scrape. */
    private static final int NEVER = -1;

    private static final VarHandle DISARMED;

    static {
        try {
            DISARMED = MethodHandles.lookup().findVarHandle(SpanExemplars.class, "disarmed", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ExemplarSampler sampler;

    private final AtomicInteger scrapes;

    /**
     * The number of scrapes when the sampler was disarmed. So a scrape arms all samplers without access to each. Accessed in opaque mode
     * only: plain loads and stores that the JIT compiler must not move out of a loop.
     */
    private int disarmed = NEVER;

    /** Not synchronized, because the client's sampler calls the span context on one thread at a time. */
    private int misses;

    /** @param scrapes the number of scrapes, which each scrape increases */
    SpanExemplars(ExemplarSamplerConfig config, SpanContext spans, AtomicInteger scrapes) {
        this.scrapes = scrapes;
        this.sampler = new ExemplarSampler(config, new MissCounter(spans));
    }

    /** Samples an amount. Must be called with every amount, after it is recorded. */
    void observe(double amount) {
        if ((int) DISARMED.getOpaque(this) != scrapes.getOpaque()) {
            sampler.observe(amount);
        }
    }

    /** Returns the sampled exemplars, and arms the sampler: a scrape of the Prometheus registry by other code calls only this method. */
    Exemplars collect() {
        DISARMED.setOpaque(this, NEVER);
        return sampler.collect();
    }

    private void countMiss() {
        misses++;
        if (misses >= MAX_MISSES) {
            misses = 0;
            DISARMED.setOpaque(this, scrapes.getOpaque());
        }
    }

    /** A view of the span context that counts consecutive calls without a current span, and throws nothing. */
    private final class MissCounter implements SpanContext {
        private final SpanContext spans;

        MissCounter(SpanContext spans) {
            this.spans = spans;
        }

        /** Counts a miss if there is no current span. The client's sampler calls this method before the other methods. */
        @Override
        public boolean isCurrentSpanSampled() {
            boolean sampled = Boolean.TRUE.equals(call(spans::isCurrentSpanSampled));
            if (sampled || getCurrentSpanId() != null) {
                misses = 0;
            } else {
                countMiss();
            }
            return sampled;
        }

        @Override
        public @Nullable String getCurrentTraceId() {
            return call(spans::getCurrentTraceId);
        }

        @Override
        public @Nullable String getCurrentSpanId() {
            return call(spans::getCurrentSpanId);
        }

        @Override
        public void markCurrentSpanAsExemplar() {
            call(() -> {
                spans.markCurrentSpanAsExemplar();
                return null;
            });
        }

        /** Returns the result of a call; null if it throws. The client's sampler would stay blocked after an exception. */
        private static <T> @Nullable T call(Supplier<@Nullable T> method) {
            try {
                return method.get();
            } catch (Throwable e) { // errors too: the amount is recorded, and the caller's request goes on
                LOGGER.log("The span context failed; amounts are recorded without exemplars", e);
                return null;
            }
        }
    }
}
