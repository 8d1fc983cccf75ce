package dev.percpu.service.status;

import dev.percpu.quarkus.metrics.MetricsPath;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import org.eclipse.microprofile.config.Config;

/**
 * The description of the API, {@code /q/openapi}, on the port of the API. The build has written it, as YAML and JSON.
 *
 * <p>As at Quarkus' own endpoint, it is YAML unless the parameter {@code format} or the header {@code Accept} asks for JSON. Thread-safe.
 */
@Singleton
class OpenApiRoute {
    private static final String YAML = "application/yaml";
    private static final String JSON = "application/json";

    void register(@Observes Router router, Config config) {
        Map<String, Buffer> documents =
                Map.of(YAML, PageFiles.read("openapi.yaml"), JSON, PageFiles.read("openapi.json"));
        router.route(MetricsPath.applicationFolder(config) + "openapi")
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(context -> {
                    String type = wantsJson(context) ? JSON : YAML;
                    context.response()
                            .putHeader("Content-Type", type + ";charset=UTF-8")
                            .end(documents.get(type));
                });
    }

    private static boolean wantsJson(RoutingContext context) {
        List<String> format = context.queryParam("format");
        if (!format.isEmpty()) {
            return format.getFirst().equalsIgnoreCase("json");
        }
        String accepted = context.request().getHeader("Accept");
        return accepted != null && accepted.contains(JSON);
    }
}
