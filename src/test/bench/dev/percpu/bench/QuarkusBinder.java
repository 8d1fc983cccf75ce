package dev.percpu.bench;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Metrics;
import io.quarkus.micrometer.runtime.binder.HttpBinderConfiguration;
import io.quarkus.micrometer.runtime.binder.vertx.VertxMeterBinderAdapter;
import io.quarkus.micrometer.runtime.export.exemplars.NoopOpenTelemetryExemplarContextUnwrapper;
import io.quarkus.micrometer.runtime.export.exemplars.OpenTelemetryContextUnwrapper;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Quarkus' HTTP binder, as in a service with {@code quarkus-micrometer-registry-prometheus} and no configuration. Stateless.
 *
 * <p>The binder records into Micrometer's global registry, which contains the Prometheus registry. Quarkus creates the binder from its
 * configuration. This class sets the same values by reflection.
 */
final class QuarkusBinder {

    private QuarkusBinder() {}

    /** Opens the Prometheus registry and adds it to the global registry. */
    static MeterRegistry registry() {
        MeterRegistry registry = Impl.open(Impl.MICROMETER_SIMPLECLIENT);
        Metrics.addRegistry(registry);
        return registry;
    }

    /** Returns the metrics of one server. */
    static HttpServerMetrics<?, ?, ?> server(HttpServerOptions options) {
        try {
            Constructor<HttpBinderConfiguration> constructor = HttpBinderConfiguration.class.getDeclaredConstructor();
            constructor.setAccessible(true);
            HttpBinderConfiguration configuration = constructor.newInstance();
            Field ignored = HttpBinderConfiguration.class.getDeclaredField("serverIgnorePatterns");
            ignored.setAccessible(true);
            ignored.set(configuration, List.of(Pattern.compile("/q/.*")));

            VertxMeterBinderAdapter adapter = new VertxMeterBinderAdapter();
            Method init = VertxMeterBinderAdapter.class.getDeclaredMethod(
                    "initBinder", HttpBinderConfiguration.class, OpenTelemetryContextUnwrapper.class);
            init.setAccessible(true);
            init.invoke(adapter, configuration, new NoopOpenTelemetryExemplarContextUnwrapper());
            return adapter.createHttpServerMetrics(
                    options, SocketAddress.inetSocketAddress(options.getPort(), "localhost"));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "Quarkus' binder must have the members that QuarkusBinder calls, but lacks one", e);
        }
    }
}
