package dev.percpu.quarkus.request;

import dev.percpu.quarkus.RequestSettings;
import dev.percpu.quarkus.request.route.RouteTimers;
import dev.percpu.quarkus.request.route.UriRules;
import dev.percpu.settings.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.micrometer.runtime.HttpServerMetricsTagsContributor;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Request metrics on the registry of a test, configured as in the service. Stateless. */
public final class Recordings {

    /** The rules of an application without configuration for the label: nothing is ignored, rewritten or suppressed. */
    public static final UriRules NO_RULES =
            new UriRules(List.of(), List.of(), null, false, Settings.REQUESTS_MAX_URI_TAGS.defaultValue());

    /** All requests are recorded, without rules for the label {@code uri}. */
    static final RequestSettings ALL = new RequestSettings(true, NO_RULES, "/", List.of(), Optional.empty());

    private Recordings() {}

    static HttpServerMetricsAdapter.ApplicationMetrics shared(
            MeterRegistry registry, RequestSettings settings, HttpServerMetricsTagsContributor... contributors) {
        return new HttpServerMetricsAdapter.ApplicationMetrics(
                new RequestMeterFactory(registry, settings, Set.of()),
                new ContributedTags(List.of(contributors)),
                new RequestSpan(null));
    }

    static HttpServerMetricsFactory servers(MeterRegistry registry) {
        return servers(registry, ALL);
    }

    static HttpServerMetricsFactory servers(
            MeterRegistry registry, RequestSettings settings, HttpServerMetricsTagsContributor... contributors) {
        return new HttpServerMetricsFactory(
                () -> shared(registry, settings, contributors), (options, address) -> false, false);
    }

    /** Returns the metrics of one server with these options, in a service without configuration. */
    public static HttpServerMetrics<?, ?, ?> server(MeterRegistry registry, HttpServerOptions options) {
        return servers(registry, RequestSettings.read(key -> null))
                .create(options, SocketAddress.inetSocketAddress(options.getPort(), "localhost"));
    }

    /** Returns the timers of an application without a root path. */
    public static RouteTimers routes(MeterRegistry registry, UriRules rules, Set<String> staticPaths) {
        return routes(registry, rules, "/", staticPaths);
    }

    /** Returns the timers of an application below a root path. */
    public static RouteTimers routes(MeterRegistry registry, UriRules rules, String root, Set<String> staticPaths) {
        RequestSettings settings = new RequestSettings(true, rules, root, List.of(), Optional.empty());
        return new RequestMeterFactory(registry, settings, staticPaths).requests();
    }
}
