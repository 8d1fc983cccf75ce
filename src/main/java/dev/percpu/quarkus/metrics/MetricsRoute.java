package dev.percpu.quarkus.metrics;

import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.quarkus.ScrapeSettings;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.registry.ScrapeFailure;
import dev.percpu.rseq.NumaNodes;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.scrape.ScrapeNegotiation;
import dev.percpu.scrape.ScrapeType;
import dev.percpu.settings.Settings;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.quarkus.vertx.http.ManagementInterface;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.impl.ConnectionBase;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The routes {@code GET /q/metrics}, a scrape, and {@code GET /q/metrics/cpus}, a scrape by CPU, at the {@link MetricsPath}. Thread-safe.
 *
 * <p>Scrapes run on worker threads of their own, one per permitted scrape: gauges and slow clients can block a scrape for any time. The
 * timeout starts when the request arrives. When it ends, or when the client disconnects, the scrape is interrupted.
 *
 * <p>The parameter {@code name[]}, which can be repeated, selects metrics. Status 400 means a malformed header, 406 that the client accepts
 * no offered format, 503 that too many scrapes are in progress. If a scrape fails after its first bytes were sent, the route resets the
 * connection (with HTTP/2, the stream), so that no client mistakes an incomplete body for a complete one.
 */
@Singleton
class MetricsRoute {

    /** The last part of the path of a scrape by CPU. */
    static final String CPUS = "/cpus";

    private static final Logger LOG = Logger.getLogger(MetricsRoute.class);
    private static final String RETRY_AFTER_SECONDS = "1";
    private static final String WORKERS = "percpu-scrape";

    /** INTERNAL_ERROR of RFC 9113, section 7. With NO_ERROR (0), clients may treat the body received so far as complete. */
    private static final long HTTP2_INTERNAL_ERROR = 2;

    /** Writes the requested families. */
    private interface Source {
        void scrape(OutputStream out, ScrapeType type, @Nullable Set<String> names) throws IOException;
    }

    /** A scrape that was admitted, with the arrival time of its request by {@link System#nanoTime()}. */
    private record Admitted(ScrapeRequest request, long arrivalNanos, ScrapeCancellation cancellation, Permit permit) {}

    /** A permit that was acquired. It is released once, by the first of the events that end the scrape. */
    private static final class Permit {
        private final Semaphore permits;
        private final AtomicBoolean released = new AtomicBoolean();

        Permit(Semaphore permits) {
            this.permits = permits;
        }

        /** Returns whether this was the first call. */
        boolean release() {
            boolean first = !released.getAndSet(true);
            if (first) {
                permits.release();
            }
            return first;
        }
    }

    private final Config config;
    private final PerCpuMeterRegistry registry;
    private final PerCpuMeters meters;
    private final CpuLabels cpuLabels;
    private final ScrapeSettings settings;
    private final ScrapeNegotiation negotiation;
    private final Semaphore permits;
    private final WorkerExecutor workers;

    MetricsRoute(
            PerCpuMeterRegistry registry,
            PerCpuMeters meters,
            RseqStatus status,
            QuarkusSettings settings,
            Config config,
            Vertx vertx) {
        this.config = config;
        this.registry = registry;
        this.cpuLabels = new CpuLabels(status.indexedBy(), new NumaNodes()::of);
        this.meters = meters;
        this.settings = settings.scrape();
        this.negotiation = new ScrapeNegotiation(this.settings.compression());
        this.permits = new Semaphore(this.settings.maxConcurrent());
        // Vert.x logs a warning for a thread that is blocked longer than this. A scrape ends after its timeout, so it
        // causes no warning.
        this.workers = vertx.createSharedWorkerExecutor(
                WORKERS,
                this.settings.maxConcurrent(),
                2 * this.settings.timeout().toMillis(),
                TimeUnit.MILLISECONDS);
    }

    /** Quarkus fires this event only if there is a management port. */
    void register(@Observes ManagementInterface management) {
        register(management.router(), MetricsPath.ofManagementPort(config));
    }

    void register(@Observes Router application) {
        String path = MetricsPath.ofApplicationPort(config);
        if (path != null) {
            if (MetricsPath.isApartFromHealth(config)) {
                LOG.warnf(
                        "quarkus.http.non-application-root-path should be below quarkus.http.root-path: scrapes are served there, at %s",
                        path);
            }
            register(application, path);
        }
    }

    private void register(Router router, String path) {
        register(router, path, registry::scrape);
        register(router, path + CPUS, (out, type, names) -> registry.scrapeShards(out, type, names, cpuLabels));
    }

    private void register(Router router, String path, Source source) {
        router.route(path)
                .method(HttpMethod.GET)
                .method(HttpMethod.HEAD)
                .handler(context -> negotiate(context, source));
    }

    /** Runs on the event loop: a rejected request needs no worker thread. */
    private void negotiate(RoutingContext context, Source source) {
        long arrivalNanos = System.nanoTime();
        MultiMap headers = context.request().headers();
        switch (negotiation.negotiate(
                headers.getAll(HttpHeaders.ACCEPT), headers.getAll(HttpHeaders.ACCEPT_ENCODING))) {
            case ScrapeNegotiation.Rejected rejected -> respond(context, rejected.status(), rejected.reason());
            case ScrapeNegotiation.Accepted negotiated -> {
                ScrapeRequest request;
                try {
                    request = ScrapeRequest.of(context, negotiated, settings.timeout());
                } catch (HttpException e) {
                    respond(context, 400, "In the query, % must be followed by two hexadecimal digits.");
                    return;
                }
                if (context.request().method().equals(HttpMethod.HEAD)) {
                    setHeaders(context.response(), request);
                    context.response().end();
                } else if (permits.tryAcquire()) {
                    start(context, source, request, arrivalNanos);
                } else {
                    rejectBusy(context);
                }
            }
        }
    }

    private void rejectBusy(RoutingContext context) {
        meters.recordFailure(ScrapeFailure.BUSY);
        context.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
        respond(
                context,
                503,
                settings.maxConcurrent() + " scrapes are in progress, the maximum that "
                        + Settings.SCRAPE_MAX_CONCURRENT.key() + " allows.");
    }

    /** Passes an admitted scrape to a worker thread, which releases the permit. If no thread can be started, this method does. */
    private void start(RoutingContext context, Source source, ScrapeRequest request, long arrivalNanos) {
        Permit permit = new Permit(permits);
        try {
            start(context, source, request, arrivalNanos, permit);
        } catch (Throwable e) { // such as an OutOfMemoryError for a new thread
            permit.release();
            failToStart(context, e);
        }
    }

    private void start(RoutingContext context, Source source, ScrapeRequest request, long arrivalNanos, Permit permit) {
        ScrapeCancellation cancellation =
                new ScrapeCancellation(arrivalNanos + request.timeout().toNanos());
        long timer = context.vertx()
                .setTimer(request.timeout().toMillis() + 1, ignored -> cancellation.cancel(ScrapeFailure.TIMEOUT));
        // This handler also runs after a complete response. The worker has called leave() before, so no
        // thread is interrupted.
        context.addEndHandler(ended -> {
            context.vertx().cancelTimer(timer);
            cancellation.cancel(ScrapeFailure.GONE);
        });
        Admitted scrape = new Admitted(request, arrivalNanos, cancellation, permit);
        workers.<@Nullable Void>executeBlocking(
                        () -> {
                            serve(context, source, scrape);
                            return null;
                        },
                        false)
                .onFailure(failure -> {
                    if (permit.release()) {
                        failToStart(context, failure);
                    } else {
                        LOG.error("The response of a scrape failed", failure);
                        respondOrReset(context, 500, "The scrape failed. The log of the service has the cause.");
                    }
                });
    }

    private void failToStart(RoutingContext context, Throwable failure) {
        meters.recordFailure(ScrapeFailure.ERROR);
        LOG.error("A scrape could not be started", failure);
        respondOrReset(context, 500, "The scrape could not be started. The log of the service has the cause.");
    }

    /** Runs on a worker thread. */
    private void serve(RoutingContext context, Source source, Admitted scrape) {
        HttpServerResponse response = context.response();
        setHeaders(response, scrape.request());
        response.setChunked(true);
        ResponseStream out = new ResponseStream(response, scrape.cancellation().deadlineNanos());
        Throwable failure;
        try {
            failure = scrape(source, scrape, out);
        } finally {
            scrape.permit().release();
        }
        // The response ends after the permit is released: a client can request the next scrape as soon as it
        // has this one.
        if (failure == null) {
            meters.recordScrape(System.nanoTime() - scrape.arrivalNanos(), out.count());
            out.end();
        } else {
            fail(context, scrape.cancellation(), failure);
        }
    }

    /** Writes all but the last chunk of the response. Returns null if the scrape is complete, else the cause of the failure. */
    private @Nullable Throwable scrape(Source source, Admitted scrape, ResponseStream out) {
        ScrapeNegotiation.Accepted negotiated = scrape.request().negotiated();
        try {
            scrape.cancellation().enter();
            try (OutputStream body = negotiated.body(out)) {
                source.scrape(body, negotiated.type(), scrape.request().names());
            }
            out.awaitPending();
            return null;
        } catch (Throwable e) { // errors too are counted and logged
            return e;
        } finally {
            scrape.cancellation().leave();
        }
    }

    private void fail(RoutingContext context, ScrapeCancellation cancellation, Throwable failure) {
        ScrapeFailure reason = failure instanceof ScrapeEndedException ended ? ended.reason() : cancellation.reason();
        meters.recordFailure(reason == null ? ScrapeFailure.ERROR : reason);
        if (reason == null) {
            LOG.error("A scrape failed", failure);
            respondOrReset(context, 500, "The scrape failed. The log of the service has the cause.");
        } else {
            LOG.debugf("A scrape was canceled: %s", failure.getMessage());
            respondOrReset(context, 503, "The scrape did not complete within its timeout.");
        }
    }

    private static void setHeaders(HttpServerResponse response, ScrapeRequest request) {
        request.negotiated().headers().forEach((name, value) -> response.putHeader(name, value));
        response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }

    /** Sends an error response if nothing was sent yet, else resets the connection. */
    private static void respondOrReset(RoutingContext context, int status, String message) {
        HttpServerResponse response = context.response();
        if (response.closed() || response.ended()) {
            return;
        }
        if (response.headWritten()) {
            reset(context);
        } else {
            response.setChunked(false);
            response.headers().remove(HttpHeaders.CONTENT_ENCODING);
            respond(context, status, message);
        }
    }

    /** Resets the connection. HTTP/1.0 has no chunks: an orderly close would mark the end of a complete body. */
    private static void reset(RoutingContext context) {
        if (context.request().version() == HttpVersion.HTTP_1_0
                && context.request().connection() instanceof ConnectionBase connection) {
            try {
                connection.channel().config().setOption(ChannelOption.SO_LINGER, 0);
            } catch (ChannelException e) {
                LOG.debugf("A client disconnected before its scrape was reset: %s", e.getMessage());
            }
        }
        context.response().reset(HTTP2_INTERNAL_ERROR);
    }

    private static void respond(RoutingContext context, int status, String message) {
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; charset=utf-8")
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(message + "\n");
    }
}
