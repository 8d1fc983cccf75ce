package dev.percpu.quarkus.request;

import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.core.spi.metrics.VertxMetrics;
import org.jspecify.annotations.Nullable;

/**
 * Metrics options that add the request metrics to the metrics that were configured before: Quarkus' Vert.x binder,
 * OpenTelemetry's, or none.
 *
 * <p>The options are their own factory and return themselves as a copy. Vert.x copies options, also through JSON, and a copy would lose
 * these fields. Immutable, except for the fields of Vert.x.
 */
final class ChainedMetricsOptions extends MetricsOptions implements VertxMetricsFactory {

    private final @Nullable MetricsOptions previous;
    private final HttpServerMetricsFactory servers;
    private final boolean reloads;

    ChainedMetricsOptions(@Nullable MetricsOptions previous, HttpServerMetricsFactory servers, boolean reloads) {
        this.previous = previous;
        this.servers = servers;
        this.reloads = reloads;
        setEnabled(true);
    }

    @Override
    public VertxMetricsFactory getFactory() {
        return this;
    }

    @Override
    public VertxMetrics metrics(VertxOptions options) {
        return new ChainedVertxMetrics(previousMetrics(options), servers, reloads);
    }

    private @Nullable VertxMetrics previousMetrics(VertxOptions options) {
        if (previous == null || !previous.isEnabled() || previous.getFactory() == null) {
            return null;
        }
        VertxMetricsFactory factory = previous.getFactory();
        VertxOptions previousOptions = new VertxOptions(options);
        previousOptions.setMetricsOptions(factory.newOptions(previous));
        return factory.metrics(previousOptions);
    }

    @Override
    public MetricsOptions newOptions() {
        return this;
    }

    @Override
    public MetricsOptions newOptions(MetricsOptions options) {
        return this;
    }

    @Override
    public MetricsOptions newOptions(JsonObject json) {
        return this;
    }
}
