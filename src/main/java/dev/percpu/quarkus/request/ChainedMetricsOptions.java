package dev.percpu.quarkus.request;

import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonObject;
import io.vertx.core.metrics.MetricsOptions;
import io.vertx.core.spi.VertxMetricsFactory;
import io.vertx.core.spi.metrics.VertxMetrics;
import org.jspecify.annotations.Nullable;

/**
 * Metrics options that put the request metrics in front of those that were set before: Quarkus' Vert.x binder, OpenTelemetry's, or none.
 *
 * <p>It is its own factory, so that neither Vert.x' copies of the options nor their way through JSON lose what it holds.
 */
final class ChainedMetricsOptions extends MetricsOptions implements VertxMetricsFactory {

    private final @Nullable MetricsOptions previous;
    private final ServerMetricsSource source;

    ChainedMetricsOptions(@Nullable MetricsOptions previous, ServerMetricsSource source) {
        this.previous = previous;
        this.source = source;
        setEnabled(true);
    }

    @Override
    public VertxMetricsFactory getFactory() {
        return this;
    }

    @Override
    public VertxMetrics metrics(VertxOptions options) {
        return new ChainedVertxMetrics(previousMetrics(options), source);
    }

    private @Nullable VertxMetrics previousMetrics(VertxOptions options) {
        if (previous == null || !previous.isEnabled() || previous.getFactory() == null) {
            return null;
        }
        VertxMetricsFactory factory = previous.getFactory();
        VertxOptions theirs = new VertxOptions(options);
        theirs.setMetricsOptions(factory.newOptions(previous));
        return factory.metrics(theirs);
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
