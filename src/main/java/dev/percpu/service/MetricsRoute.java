package dev.percpu.service;

import dev.percpu.abi.AbiStatus;
import dev.percpu.exposition.Compression;
import dev.percpu.meter.PerCpuMeterRegistry;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.Semaphore;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /q/metrics} on the management port: a scrape; {@code GET /q/metrics/cpus}: the same by CPU. It runs on a worker thread, since
 * summing and writing take milliseconds, a gauge of the application may take any time, and so may the client that reads.
 *
 * <p>400 if a header cannot be read, 406 if the client takes nothing that is offered, 503 if too many scrapes are going on; the parameter
 * {@code name[]}, which may be repeated, restricts the scrape to the named metrics. Where a scrape fails after its first bytes were sent,
 * the connection is closed, so that no client takes a part for the whole.
 */
@Singleton
class MetricsRoute {

    static final String PATH = "/q/metrics";
    static final String CPUS_PATH = "/q/metrics/cpus";

    private static final Logger LOG = Logger.getLogger(MetricsRoute.class);
    private static final String RETRY_AFTER_SECONDS = "1";

    /** Writes the wanted families. */
    private interface Source {
        void scrape(OutputStream out, String contentType, @Nullable Set<String> names) throws IOException;
    }

    private final PerCpuMeterRegistry registry;
    private final PerCpuMeters meters;
    private final CpuNaming cpus;
    private final ScrapeSettings settings;
    private final Semaphore places;

    MetricsRoute(PerCpuMeterRegistry registry, PerCpuMeters meters, AbiStatus status, ServiceSettings settings) {
        this.registry = registry;
        this.cpus = new CpuNaming(status.indexedBy(), new NumaNodes()::of);
        this.meters = meters;
        this.settings = settings.scrape();
        this.places = new Semaphore(this.settings.maxConcurrent());
    }

    void register(@Observes ManagementInterface management) {
        register(management, PATH, registry::scrape);
        register(management, CPUS_PATH, (out, type, names) -> registry.scrapeShards(out, type, names, cpus));
    }

    private void register(ManagementInterface management, String path, Source source) {
        management
                .router()
                .route(path)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .blockingHandler(context -> serve(context, source), false);
    }

    private void serve(RoutingContext context, Source source) {
        ScrapeRequest request;
        try {
            request = ScrapeRequest.read(context, settings);
        } catch (ScrapeRequest.RefusedException e) {
            refuse(context, e.status(), e.why());
            return;
        }
        if (context.request().method().equals(HttpMethod.HEAD)) {
            setHeaders(context.response(), request);
            context.response().end();
            return;
        }
        if (!places.tryAcquire()) {
            meters.recordFailure(ScrapeFailure.BUSY);
            context.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
            refuse(
                    context,
                    503,
                    "There are " + settings.maxConcurrent() + " scrapes already, the most that "
                            + ScrapeSettings.MAX_CONCURRENT + " allows.");
            return;
        }
        HttpServerResponse response = context.response();
        setHeaders(response, request);
        response.setChunked(true);
        ResponseStream out = new ResponseStream(
                response, System.nanoTime() + request.timeout().toNanos());
        boolean whole;
        try {
            whole = scrape(context, source, request, out);
        } finally {
            places.release();
        }
        // After the place is free: whoever has the answer can ask again at once.
        if (whole) {
            out.end();
        }
    }

    /** Whether the scrape is whole, and the last chunk of it may be sent. */
    private boolean scrape(RoutingContext context, Source source, ScrapeRequest request, ResponseStream out) {
        long start = System.nanoTime();
        try {
            try (OutputStream body = request.gzip() ? settings.compression().gzip(out) : out) {
                source.scrape(body, request.type().contentType(), request.names());
            }
            out.settle();
            meters.recordScrape(System.nanoTime() - start, out.count());
            return true;
        } catch (ScrapeEndedException e) {
            meters.recordFailure(e.reason());
            LOG.debugf("A scrape was given up: %s", e.getMessage());
            fail(context, 503, "The scrape did not end in time.");
        } catch (IOException | RuntimeException e) {
            meters.recordFailure(ScrapeFailure.ERROR);
            LOG.error("A scrape failed", e);
            fail(context, 500, "The scrape failed; the log of the service says why.");
        }
        return false;
    }

    private void setHeaders(HttpServerResponse response, ScrapeRequest request) {
        response.putHeader(HttpHeaders.CONTENT_TYPE, request.type().contentType())
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .putHeader(
                        HttpHeaders.VARY,
                        settings.compression() == Compression.OFF ? "Accept" : "Accept, Accept-Encoding");
        if (request.gzip()) {
            response.putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
        }
    }

    /** Says so, if nothing was sent yet; else cuts the answer off. */
    private static void fail(RoutingContext context, int status, String why) {
        HttpServerResponse response = context.response();
        if (response.closed() || response.ended()) {
            return;
        }
        if (response.headWritten()) {
            response.reset();
        } else {
            response.setChunked(false);
            response.headers().remove(HttpHeaders.CONTENT_ENCODING);
            refuse(context, status, why);
        }
    }

    private static void refuse(RoutingContext context, int status, String why) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(why + "\n");
    }
}
