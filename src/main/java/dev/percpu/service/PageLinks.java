package dev.percpu.service;

import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;

/**
 * The header {@code Link} of {@code /api/rseq}, from which the page makes its links: the page is static, and paths and ports are configured.
 * Thread-safe.
 */
@Singleton
class PageLinks {
    private static final String PATH = "/api/rseq";

    private final ServiceUrls urls;
    private volatile @Nullable String links;

    PageLinks(ServiceUrls urls) {
        this.urls = urls;
    }

    void register(@Observes Router router) {
        router.get(PATH).order(Integer.MIN_VALUE).handler(context -> {
            context.response().putHeader("Link", links());
            context.next();
        });
    }

    /** Returns the value of the header. A random port is known when the service has started, so the first request reads the configuration. */
    private String links() {
        String known = links;
        if (known == null) {
            known = urls.links();
            links = known;
        }
        return known;
    }
}
