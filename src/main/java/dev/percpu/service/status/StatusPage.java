package dev.percpu.service.status;

import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.settings.Settings;
import io.quarkus.qute.Engine;
import io.quarkus.qute.HtmlEscaper;
import io.quarkus.qute.ReflectionValueResolver;
import io.quarkus.qute.Template;
import io.quarkus.qute.Variant;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The page {@code /}. It has all facts without JavaScript. Its script, {@code page.js}, adds rates, and reads the facts again.
 *
 * <p>It is rendered on worker threads, because it reads every cell and files in {@code /sys}. Thread-safe.
 */
@Singleton
class StatusPage {
    /** Nothing from elsewhere, in no frame of another site. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final StatusReports reports;
    private final ServiceUrls urls;
    private final String version;

    StatusPage(
            StatusReports reports,
            ServiceUrls urls,
            @ConfigProperty(name = "quarkus.application.version") String version) {
        this.reports = reports;
        this.urls = urls;
        this.version = version;
    }

    void register(@Observes Router router, QuarkusSettings settings) {
        if (settings.get(Settings.PAGE_ENABLED)) {
            boolean showRequests = settings.get(Settings.PAGE_REQUESTS);
            boolean histogram = settings.requests().histogram().isPresent();
            get(router, "/").blockingHandler(context -> respond(context, showRequests, histogram), false);
            serve(router, "page.css", "text/css");
            serve(router, "page.js", "text/javascript");
            serve(router, "latency.js", "text/javascript");
        }
    }

    /**
     * The template, which escapes all values. It is parsed for the first request: that takes 70 ms of a start. Qute alone is used, because its
     * extension adds a debugger to dev mode.
     */
    private static final class TemplateHolder {
        static final Template TEMPLATE = Engine.builder()
                .addDefaults()
                .addValueResolver(new ReflectionValueResolver())
                .addResultMapper(new HtmlEscaper(List.of(Variant.TEXT_HTML)))
                .build()
                .parse(PageFiles.read("page.html").toString(), Variant.forContentType(Variant.TEXT_HTML));
    }

    /** Serves a file from memory: Quarkus serves files of {@code META-INF/resources} by a copy of each in a temporary folder. */
    private static void serve(Router router, String name, String type) {
        Buffer content = PageFiles.read(name);
        get(router, "/" + name)
                .handler(context -> context.response()
                        .putHeader("Content-Type", type + ";charset=UTF-8")
                        .putHeader("Cache-Control", "no-cache")
                        .putHeader("X-Content-Type-Options", "nosniff")
                        .end(content));
    }

    private static Route get(Router router, String path) {
        return router.route(path).method(HttpMethod.GET).method(HttpMethod.HEAD);
    }

    private void respond(RoutingContext context, boolean showRequests, boolean histogram) {
        HostAndPort authority = context.request().authority();
        PageView page = PageView.of(
                version,
                Duration.ofMillis(ManagementFactory.getRuntimeMXBean().getUptime()),
                urls.links(authority == null ? "localhost" : authority.host()),
                reports.rseq(),
                reports.cpus(),
                showRequests ? reports.requests() : null,
                histogram,
                reports.ingest().orElse(null));
        context.response()
                .putHeader("Content-Type", "text/html;charset=UTF-8")
                .putHeader("Cache-Control", "no-store")
                .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(TemplateHolder.TEMPLATE.data("page", page).render());
    }
}
