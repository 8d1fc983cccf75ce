package dev.percpu.quarkus.metrics;

import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.quarkus.ScrapeSettings;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.registry.ScrapeFailure;
import dev.percpu.rseq.NumaNodes;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.scrape.GzipStream;
import dev.percpu.settings.Compression;
import dev.percpu.settings.Settings;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /q/metrics} on the management port: a scrape; {@code GET /q/metrics/cpus}: the same by CPU. Scrapes have worker threads of
 * their own, one for each that is allowed, since summing and writing take milliseconds, a gauge of the application may take any time, and so
 * may the client that reads. When its time is over, which counts from the request's arrival, or its client goes away, a scrape ends,
 * whatever it is waiting for.
 *
 * <p>400 if a header cannot be read, 406 if the client takes nothing that is offered, 503 if too many scrapes are going on; the parameter
 * {@code name[]}, which may be repeated, restricts the scrape to the named metrics. Where a scrape fails after its first bytes were sent,
 * the connection (the stream, with HTTP/2) is broken off, so that no client takes a part for the whole.
 */
@Singleton
class MetricsRoute {

    static final String PATH = "/q/metrics";
    static final String CPUS_PATH = "/q/metrics/cpus";

    private static final Logger LOG = Logger.getLogger(MetricsRoute.class);
    private static final String RETRY_AFTER_SECONDS = "1";
    private static final String WORKERS = "percpu-scrape";

    /** RFC 9113, 7: with 0, no error, clients may take what they have for the whole. */
    private static final long HTTP2_INTERNAL_ERROR = 2;

    /** Writes the wanted families. */
    private interface Source {
        void scrape(OutputStream out, String contentType, @Nullable Set<String> names) throws IOException;
    }

    /** A request that is to be answered by a scrape. */
    private record Arrival(ScrapeRequest request, long startNanos, ScrapeCancellation watch) {}

    private final PerCpuMeterRegistry registry;
    private final PerCpuMeters meters;
    private final CpuLabels cpus;
    private final ScrapeSettings settings;
    private final Semaphore places;
    private final WorkerExecutor workers;

    MetricsRoute(
            PerCpuMeterRegistry registry,
            PerCpuMeters meters,
            RseqStatus status,
            QuarkusSettings settings,
            Vertx vertx) {
        this.registry = registry;
        this.cpus = new CpuLabels(status.indexedBy(), new NumaNodes()::of);
        this.meters = meters;
        this.settings = settings.scrape();
        this.places = new Semaphore(this.settings.maxConcurrent());
        // The time beyond which Vert.x warns of a blocked thread is one that no scrape takes.
        this.workers = vertx.createSharedWorkerExecutor(
                WORKERS,
                this.settings.maxConcurrent(),
                2 * this.settings.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    void register(@Observes ManagementInterface management) {
        register(management, PATH, registry::scrape);
        register(
                management,
                CPUS_PATH,
                (out, type, names) -> registry.scrapeShards(out, type, names, cpus, meters.recordsByShard(cpus)));
    }

    private void register(ManagementInterface management, String path, Source source) {
        management
                .router()
                .route(path)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(context -> arrive(context, source));
    }

    /** On the event loop: whoever is refused needs no worker. */
    private void arrive(RoutingContext context, Source source) {
        long startNanos = System.nanoTime();
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
            refuseBusy(context);
            return;
        }
        ScrapeCancellation watch =
                new ScrapeCancellation(startNanos + request.timeout().toNanos());
        long timer =
                context.vertx().setTimer(request.timeout().toMillis() + 1, ignored -> watch.end(ScrapeFailure.TIMEOUT));
        // After the whole answer as well: then there is nobody to be interrupted any more.
        context.addEndHandler(ended -> {
            context.vertx().cancelTimer(timer);
            watch.end(ScrapeFailure.GONE);
        });
        Arrival arrival = new Arrival(request, startNanos, watch);
        workers.<@Nullable Void>executeBlocking(
                        () -> {
                            serve(context, source, arrival);
                            return null;
                        },
                        false)
                .onFailure(context::fail);
    }

    private void refuseBusy(RoutingContext context) {
        meters.recordFailure(ScrapeFailure.BUSY);
        context.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        refuse(
                context,
                503,
                "There are " + settings.maxConcurrent() + " scrapes already, the most that "
                        + Settings.SCRAPE_MAX_CONCURRENT.key() + " allows.");
    }

    /** In a place that has been taken. */
    private void serve(RoutingContext context, Source source, Arrival arrival) {
        HttpServerResponse response = context.response();
        setHeaders(response, arrival.request());
        response.setChunked(true);
        ResponseStream out = new ResponseStream(response, arrival.watch().deadlineNanos());
        Throwable failure;
        try {
            failure = scrape(source, arrival, out);
        } finally {
            places.release();
        }
        // After the place is free: whoever has the answer can ask again at once.
        if (failure == null) {
            meters.recordScrape(System.nanoTime() - arrival.startNanos(), out.count());
            out.end();
        } else {
            fail(context, arrival.watch(), failure);
        }
    }

    /** Null if the scrape is whole, and the last chunk of it may be sent; else why not. */
    private @Nullable Throwable scrape(Source source, Arrival arrival, ResponseStream out) {
        ScrapeRequest request = arrival.request();
        try {
            arrival.watch().enter();
            try (OutputStream body = request.gzip() ? new GzipStream(out, settings.compression()) : out) {
                source.scrape(body, request.type().contentType(), request.names());
            }
            out.settle();
            return null;
        } catch (Throwable e) { // an error too is to be counted and told of
            return e;
        } finally {
            arrival.watch().leave();
        }
    }

    private void fail(RoutingContext context, ScrapeCancellation watch, Throwable failure) {
        ScrapeFailure reason = failure instanceof ScrapeEndedException ended ? ended.reason() : watch.reason();
        meters.recordFailure(reason == null ? ScrapeFailure.ERROR : reason);
        if (reason == null) {
            LOG.error("A scrape failed", failure);
            fail(context, 500, "The scrape failed; the log of the service says why.");
        } else {
            LOG.debugf("A scrape was given up: %s", failure.getMessage());
            fail(context, 503, "The scrape did not end in time.");
        }
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
            breakOff(context);
        } else {
            response.setChunked(false);
            response.headers().remove(HttpHeaders.CONTENT_ENCODING);
            refuse(context, status, why);
        }
    }

    /** HTTP/1.0 knows no chunks: a body is whole when the connection is closed, unless it is reset. */
    private static void breakOff(RoutingContext context) {
        if (context.request().version() == HttpVersion.HTTP_1_0
                && context.request().connection() instanceof ConnectionBase connection) {
            try {
                connection.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            } catch (ChannelException closedMeanwhile) {
                LOG.debugf("A client was gone before its scrape was broken off: %s", closedMeanwhile.getMessage());
            }
        }
        context.response().reset(HTTP2_INTERNAL_ERROR);
    }

    private static void refuse(RoutingContext context, int status, String why) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(why + "\n");
    }
}
