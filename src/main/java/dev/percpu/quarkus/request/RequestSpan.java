package dev.percpu.quarkus.request;

import io.micrometer.core.instrument.Timer;
import io.quarkus.micrometer.runtime.export.exemplars.OpenTelemetryContextUnwrapper;
import io.quarkus.micrometer.runtime.export.exemplars.OpenTelemetryExemplarContextUnwrapper;
import io.vertx.core.Context;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Records a request's time within the span of the request, where there are spans: when Vert.x tells the end of a request, the current
 * span is no longer that of the request, which only the request's context still knows. Without OpenTelemetry it just records.
 *
 * <p>Thread-safe.
 */
final class RequestSpan {

    private static final String STORAGE = "io.quarkus.opentelemetry.runtime.QuarkusContextStorage";

    private final @Nullable OpenTelemetryContextUnwrapper unwrapper;

    RequestSpan(@Nullable OpenTelemetryContextUnwrapper unwrapper) {
        this.unwrapper = unwrapper;
    }

    /** With the spans of Quarkus' OpenTelemetry extension, if the application has it. */
    static RequestSpan ofApplication() {
        try {
            Class.forName(STORAGE, false, Thread.currentThread().getContextClassLoader());
        } catch (ClassNotFoundException e) {
            return new RequestSpan(null);
        }
        return new RequestSpan(new OpenTelemetryExemplarContextUnwrapper());
    }

    void record(Timer timer, long nanos, Context context) {
        if (unwrapper == null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
        } else {
            unwrapper.executeInContext(
                    to -> {
                        to.record(nanos, TimeUnit.NANOSECONDS);
                        return to;
                    },
                    timer,
                    context);
        }
    }
}
