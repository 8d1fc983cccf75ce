package dev.percpu.quarkus.request;

import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Timer;
import io.quarkus.micrometer.runtime.export.exemplars.OpenTelemetryContextUnwrapper;
import io.quarkus.micrometer.runtime.export.exemplars.OpenTelemetryExemplarContextUnwrapper;
import io.vertx.core.Context;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A recorder of request durations within the span of the request, for exemplars with the right trace.
 *
 * <p>When Vert.x reports the end of a request, the span of the request is no longer current. It is still in the context of the request.
 * Without OpenTelemetry, durations are recorded without a span.
 *
 * <p>Thread-safe.
 */
final class RequestSpan {

    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(RequestSpan.class);

    private static final String STORAGE = "io.quarkus.opentelemetry.runtime.QuarkusContextStorage";

    private final @Nullable OpenTelemetryContextUnwrapper unwrapper;

    RequestSpan(@Nullable OpenTelemetryContextUnwrapper unwrapper) {
        this.unwrapper = unwrapper;
    }

    /** Returns a recorder that uses the spans of Quarkus' OpenTelemetry extension, if the application has that extension. */
    static RequestSpan ofApplication() {
        try {
            Class.forName(STORAGE, false, Thread.currentThread().getContextClassLoader());
        } catch (ClassNotFoundException e) {
            return new RequestSpan(null);
        }
        return new RequestSpan(new OpenTelemetryExemplarContextUnwrapper());
    }

    /**
     * Records the duration of a request.
     *
     * @param nanos duration, in nanoseconds
     * @param context context of the request
     */
    void record(Timer timer, long nanos, Context context) {
        if (unwrapper == null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        } else {
            boolean[] recorded = new boolean[1];
            try {
                unwrapper.executeInContext(
                        within -> {
                            recorded[0] = true;
                            within.record(nanos, TimeUnit.NANOSECONDS);
                            return within;
                        },
                        timer,
                        context);
            } catch (Throwable e) { // the span is user code: its failure costs the exemplar only
                LOGGER.log("The span of a request failed; durations are recorded without exemplars", e);
                if (!recorded[0]) {
                    timer.record(nanos, TimeUnit.NANOSECONDS);
                }
            }
        }
    }
}
