package dev.percpu.service;

import dev.percpu.exposition.AcceptHeader;
import dev.percpu.exposition.MediaRange;
import dev.percpu.exposition.ScrapeFormat;
import dev.percpu.meter.PerCpuMeterRegistry;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * {@code GET /q/metrics} on the management port: a scrape. It runs on a worker thread, since summing and writing take milliseconds and
 * a gauge of the application may take any time.
 *
 * <p>400 if the Accept header cannot be read, 406 if it takes none of the {@linkplain ScrapeFormat formats}; the parameter
 * {@code name[]}, which may be repeated, restricts the scrape to the named metrics.
 */
@Singleton
class MetricsRoute {

    static final String PATH = "/q/metrics";

    private static final Logger LOG = Logger.getLogger(MetricsRoute.class);

    private final PerCpuMeterRegistry registry;
    private final PerCpuMeters meters;

    MetricsRoute(PerCpuMeterRegistry registry, PerCpuMeters meters) {
        this.registry = registry;
        this.meters = meters;
    }

    void register(@Observes ManagementInterface management) {
        management
                .router()
                .route(PATH)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .blockingHandler(this::serve, false);
    }

    private void serve(RoutingContext context) {
        List<MediaRange> accepted;
        try {
            accepted = AcceptHeader.parse(
                    String.join(",", context.request().headers().getAll(HttpHeaders.ACCEPT)));
        } catch (AcceptHeader.MalformedException e) {
            refuse(context, 400, e.complaint());
            return;
        }
        Optional<ScrapeFormat> format = ScrapeFormat.choose(accepted);
        if (format.isEmpty()) {
            refuse(
                    context,
                    406,
                    "Nothing in the Accept header is offered here. Offered: text/plain (version 0.0.4), "
                            + "application/openmetrics-text (version 1.0.0), application/vnd.google.protobuf.");
            return;
        }
        meters.recordScrape(() -> scrape(context, format.get()));
    }

    private void scrape(RoutingContext context, ScrapeFormat format) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        List<String> names = context.queryParam("name[]");
        try {
            registry.scrape(body, format.contentType(), names.isEmpty() ? null : new HashSet<>(names));
        } catch (IOException | RuntimeException e) {
            LOG.error("A scrape failed", e);
            refuse(context, 500, "The scrape failed; the log of the service says why.");
            return;
        }
        context.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, format.contentType())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(Buffer.buffer(body.toByteArray()));
    }

    private static void refuse(RoutingContext context, int status, String why) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                .end(why + "\n");
    }
}
