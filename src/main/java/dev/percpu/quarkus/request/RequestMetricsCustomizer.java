package dev.percpu.quarkus.request;

import dev.percpu.quarkus.RequestSettings;
import dev.percpu.quarkus.request.route.StaticPaths;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.quarkus.micrometer.runtime.HttpServerMetricsTagsContributor;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.vertx.VertxOptionsCustomizer;
import io.quarkus.vertx.http.runtime.management.ManagementConfig;
import io.quarkus.vertx.http.runtime.options.HttpServerOptionsUtils;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A customizer that adds the request metrics to Vert.x. It runs after Quarkus' own customizers, and keeps the metrics that they configured.
 *
 * <p>Thread-safe.
 */
@Singleton
class RequestMetricsCustomizer implements VertxOptionsCustomizer {

    private final Instance<PerCpuMeterRegistry> registry;
    private final Instance<RequestSettings> settings;
    private final Instance<ManagementConfig> management;
    private final Instance<HttpServerMetricsTagsContributor> contributors;
    private volatile boolean customized;

    RequestMetricsCustomizer(
            Instance<PerCpuMeterRegistry> registry,
            Instance<RequestSettings> settings,
            Instance<ManagementConfig> management,
            @Any Instance<HttpServerMetricsTagsContributor> contributors) {
        this.registry = registry;
        this.settings = settings;
        this.management = management;
        this.contributors = contributors;
    }

    @Override
    public void accept(VertxOptions options) {
        customized = true;
        boolean reloads = LaunchMode.current() == LaunchMode.DEVELOPMENT;
        if (settings.get().enabled() || hasRootPath() || reloads) {
            options.setMetricsOptions(new ChainedMetricsOptions(options.getMetricsOptions(), servers(), reloads));
        }
    }

    /** Replaces the request metrics of running servers, after a live reload in dev mode. Vert.x is not created again then. */
    @SuppressWarnings("unchecked") // ChainedVertxMetrics, of another class loader
    void replaceAfterReload(@Observes StartupEvent start, Vertx vertx) {
        if (!customized && ((VertxInternal) vertx).metricsSPI() instanceof Consumer<?> reloadable) {
            ((Consumer<BiFunction<HttpServerOptions, SocketAddress, @Nullable HttpServerMetrics<?, ?, ?>>>) reloadable)
                    .accept(servers()::create);
        }
    }

    private HttpServerMetricsFactory servers() {
        // Read now: this reads archives, and the first server starts on an event loop.
        Set<String> staticPaths = StaticPaths.ofApplication(settings.get().rootPath());
        boolean enabled = settings.get().enabled();
        ManagementConfig managementServer = management.get();
        // Scrapes and probes are not requests to the application.
        return new HttpServerMetricsFactory(
                () -> applicationMetrics(staticPaths),
                (options, address) -> !enabled || isManagementServer(managementServer, options, address),
                hasRootPath());
    }

    private boolean hasRootPath() {
        return !settings.get().rootPath().equals("/");
    }

    private HttpServerMetricsAdapter.ApplicationMetrics applicationMetrics(Set<String> staticPaths) {
        return new HttpServerMetricsAdapter.ApplicationMetrics(
                new RequestMeterFactory(registry.get(), settings.get(), staticPaths),
                new ContributedTags(contributors.stream().toList()),
                RequestSpan.ofApplication());
    }

    /** Returns whether a server is Quarkus' management server. Vert.x creates the metrics of all servers alike; only the address differs. */
    private static boolean isManagementServer(
            ManagementConfig config, HttpServerOptions options, SocketAddress address) {
        if (address.isDomainSocket()) {
            return config.domainSocketEnabled() && config.domainSocket().equals(address.path());
        }
        int port = config.determinePort(LaunchMode.current());
        // Quarkus requests a random port by a negative number, a different one for each of its servers.
        return options.getPort() == (port == 0 ? HttpServerOptionsUtils.RANDOM_PORT_MANAGEMENT : port);
    }
}
