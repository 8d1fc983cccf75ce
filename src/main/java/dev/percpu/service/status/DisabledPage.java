package dev.percpu.service.status;

import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.settings.Settings;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** A route in front of the page, which answers with status 404 if {@code percpu.page.enabled} is false. Stateless. */
@Singleton
class DisabledPage {
    private static final int BEFORE_STATIC_RESOURCES = 0;

    void register(@Observes Router router, QuarkusSettings settings) {
        if (!settings.get(Settings.PAGE_ENABLED)) {
            for (String path : new String[] {"/", "/index.html"}) {
                router.route(path)
                        .order(BEFORE_STATIC_RESOURCES)
                        .handler(
                                context -> context.response().setStatusCode(404).end());
            }
        }
    }
}
