package dev.percpu.quarkus.request;

import dev.percpu.quarkus.RequestSettings;
import dev.percpu.quarkus.request.route.StaticPaths;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.quarkus.micrometer.runtime.HttpServerMetricsTagsContributor;
import io.quarkus.vertx.VertxOptionsCustomizer;
import io.quarkus.vertx.http.runtime.management.ManagementConfig;
import io.vertx.core.VertxOptions;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.Set;

/**
 * Hooks the request metrics into Vert.x. Runs after Quarkus' own customizers, and puts itself in front of whatever metrics they chose
 * instead of in their place.
 */
@Singleton
public class RequestMetricsCustomizer implements VertxOptionsCustomizer {

    private final Instance<PerCpuMeterRegistry> registry;
    private final Instance<RequestSettings> settings;
    private final Instance<ManagementConfig> management;
    private final Instance<HttpServerMetricsTagsContributor> contributors;

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
        if (!settings.get().enabled()) {
            return;
        }
        // Scrapes and probes are no requests of the application.
        ManagementServer uncounted = new ManagementServer(management::get);
        // Here and now: the first server is made on an event loop, and this reads archives.
        Set<String> staticPaths = StaticPaths.ofApplication(settings.get().rootPath());
        ServerMetricsSource source = new ServerMetricsSource(() -> recording(staticPaths), uncounted::is);
        options.setMetricsOptions(new ChainedMetricsOptions(options.getMetricsOptions(), source));
    }

    private ServerMetricsSource.Recording recording(Set<String> staticPaths) {
        return new ServerMetricsSource.Recording(
                new RequestMeterFactory(registry.get(), settings.get(), staticPaths),
                new ContributedTags(contributors.stream().toList()),
                RequestSpan.ofApplication());
    }
}
