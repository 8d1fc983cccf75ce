package dev.percpu.request;

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

    /** Under this name Quarkus' OpenTelemetry extension looks for the route when it names a span. */
    private static final String ROUTE_LOCAL = "VertxRoute";

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

    /** Tells the spans which route a request was given to: with ours in the place of Quarkus' binder nobody else does. */
    void routed(Context context, String route) {
        if (unwrapper != null) {
            context.putLocal(ROUTE_LOCAL, route);
        }
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
