package dev.percpu.service;

import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/**
 * The header {@code Link} of {@code /api/rseq}, from which the page makes its links: the page is static, and paths and ports are configured.
 * Stateless.
 */
@Singleton
class PageLinks {
    private static final String PATH = "/api/rseq";

    private final ServiceUrls urls;

    PageLinks(ServiceUrls urls) {
        this.urls = urls;
    }

    void register(@Observes Router router) {
        router.get(PATH).order(Integer.MIN_VALUE).handler(context -> {
            context.response().putHeader("Link", urls.links());
            context.next();
        });
    }
}
