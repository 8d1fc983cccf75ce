package dev.percpu.service.ingest;

import dev.percpu.ingest.otlp.MalformedRequestException;
import dev.percpu.ingest.otlp.OtlpEncoding;
import dev.percpu.ingest.otlp.OtlpReceiver;
import dev.percpu.ingest.otlp.OtlpSettings;
import dev.percpu.ingest.otlp.Rejection;
import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.Settings;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The endpoint {@code POST /v1/metrics} on the application port. Thread-safe.
 *
 * <p>The event loop reads the body, so that a client that sends it slowly holds no worker. Size and time of each body, and the memory of all
 * bodies, are limited. Workers decompress and parse complete bodies.
 *
 * <p>Errors are a {@code google.rpc.Status} in the encoding of the request, as the protocol requires, and no problem details.
 *
 * @see <a href="https://opentelemetry.io/docs/specs/otlp/#otlphttp-response">OTLP/HTTP Response</a>
 */
@Singleton
public class OtlpRoute {
    private static final Logger LOG = Logger.getLogger(OtlpRoute.class);
    private static final String PATH = "/v1/metrics";
    private static final String PROTOCOL = "otlp";
    private static final String WORKERS = "percpu-otlp";
    private static final int MAX_WORKERS = 4;
    private static final String RETRY_AFTER_SECONDS = "1";
    private static final long TOKEN_RELOAD_MILLIS = 10_000;
    private static final long MAX_EXPIRY_PERIOD_MILLIS = 60_000;
    private static final long LONGEST_REQUEST_SECONDS = 60;

    /** All statuses of answers. */
    private static final List<Integer> STATUSES = List.of(200, 400, 401, 405, 408, 413, 415, 500, 503);

    // Codes of gRPC, which the protocol leaves to the server.
    private static final int INVALID_ARGUMENT = 3;
    private static final int DEADLINE_EXCEEDED = 4;
    private static final int RESOURCE_EXHAUSTED = 8;
    private static final int UNIMPLEMENTED = 12;
    private static final int INTERNAL = 13;
    private static final int UNAVAILABLE = 14;
    private static final int UNAUTHENTICATED = 16;

    /** Bodies that are in memory at the same time have at most this many times the largest size of one. */
    private static final int BODIES_IN_MEMORY = 16;

    /** After authentication and authorization (-200 and -100), and before Quarkus' limit on bodies (-2), whose error is not a Status. */
    private static final int ORDER = -3;

    private final QuarkusSettings settings;
    private final PerCpuMeterRegistry registry;
    private final Vertx vertx;
    private volatile @Nullable Endpoint endpoint;

    OtlpRoute(QuarkusSettings settings, PerCpuMeterRegistry registry, Vertx vertx) {
        this.settings = settings;
        this.registry = registry;
        this.vertx = vertx;
    }

    void register(@Observes Router application) {
        if (settings.get(Settings.OTLP_ENABLED)) {
            Endpoint opened = new Endpoint();
            endpoint = opened;
            application.route(PATH).order(ORDER).handler(opened::handle);
        }
    }

    void stop(@Observes ShutdownEvent stopped) {
        Endpoint open = endpoint;
        if (open != null) {
            open.close();
        }
    }

    /** Returns the counts; empty if OTLP is off. */
    Optional<IngestStatistics> statistics() {
        return Optional.ofNullable(endpoint).map(Endpoint::statistics);
    }

    /** The endpoint of a service that has it. */
    private final class Endpoint {
        private final OtlpReceiver receiver;
        private final BearerToken token;
        private final long maxBytes;
        private final long bodyMillis;
        private final Semaphore permits;
        private final AtomicLong bytesInMemory = new AtomicLong();
        private final Map<Integer, LongAdder> answers =
                STATUSES.stream().collect(Collectors.toUnmodifiableMap(Function.identity(), status -> new LongAdder()));
        private final WorkerExecutor workers;
        private final long expiryTimer;
        private final long tokenTimer;

        Endpoint() {
            token = BearerToken.of(settings);
            maxBytes = settings.get(Settings.OTLP_MAX_BODY);
            bodyMillis = settings.get(Settings.OTLP_BODY_TIMEOUT).toMillis();
            permits = new Semaphore(settings.get(Settings.OTLP_MAX_CONCURRENT));
            receiver = new OtlpReceiver(
                    registry,
                    new OtlpSettings(
                            settings.get(Settings.OTLP_NAMES),
                            settings.get(Settings.OTLP_RESOURCE_LABELS),
                            settings.get(Settings.OTLP_MAX_STREAMS),
                            settings.get(Settings.OTLP_STREAM_EXPIRY)));
            workers = vertx.createSharedWorkerExecutor(
                    WORKERS,
                    Math.clamp(Runtime.getRuntime().availableProcessors(), 1, MAX_WORKERS),
                    LONGEST_REQUEST_SECONDS,
                    TimeUnit.SECONDS);
            long expiryMillis = settings.get(Settings.OTLP_STREAM_EXPIRY).toMillis();
            expiryTimer = every(Math.clamp(expiryMillis / 10, 1, MAX_EXPIRY_PERIOD_MILLIS), receiver::expire);
            tokenTimer = token.isInFile() ? every(TOKEN_RELOAD_MILLIS, token::reload) : -1;
        }

        private long every(long millis, Runnable action) {
            return vertx.setPeriodic(
                    millis,
                    ignored -> workers.<@Nullable Void>executeBlocking(
                                    () -> {
                                        action.run();
                                        return null;
                                    },
                                    false)
                            .onFailure(failure -> LOG.error("A periodic task of the OTLP endpoint failed", failure)));
        }

        IngestStatistics statistics() {
            Map<String, Long> rejected = new TreeMap<>();
            Map<String, Long> ignored = new TreeMap<>();
            for (Rejection rejection : Rejection.values()) {
                (rejection.isIgnored() ? ignored : rejected).put(rejection.label(), receiver.rejected(rejection));
            }
            Map<Integer, Long> byStatus = new TreeMap<>();
            answers.forEach((status, count) -> byStatus.put(status, count.sum()));
            return new IngestStatistics(
                    PROTOCOL,
                    List.of(PATH),
                    receiver.added(),
                    rejected,
                    ignored,
                    null,
                    new IngestStatistics.Requests(byStatus, receiver.streams()));
        }

        /** Counts an answer and sends it, unless the client has gone. */
        private void send(RoutingContext context, OtlpEncoding encoding, int status, byte[] body) {
            HttpServerResponse response = context.response();
            if (response.closed() || response.ended()) {
                return;
            }
            Objects.requireNonNull(answers.get(status)).increment();
            response.setStatusCode(status)
                    .putHeader(HttpHeaders.CONTENT_TYPE, encoding.contentType())
                    .end(Buffer.buffer(body));
        }

        private void refuse(RoutingContext context, OtlpEncoding encoding, int status, int code, String message) {
            context.request().resume(); // drops the rest of the body
            context.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
            send(context, encoding, status, encoding.status(code, message));
        }

        void close() {
            vertx.cancelTimer(expiryTimer);
            vertx.cancelTimer(tokenTimer);
            workers.close();
        }

        void handle(RoutingContext context) {
            HttpServerRequest request = context.request();
            OtlpEncoding encoding = OtlpEncoding.of(request.getHeader(HttpHeaders.CONTENT_TYPE));
            OtlpEncoding answered = encoding == null ? OtlpEncoding.JSON : encoding;
            if (!request.method().equals(HttpMethod.POST)) {
                context.response().putHeader(HttpHeaders.ALLOW, "POST");
                refuse(context, answered, 405, UNIMPLEMENTED, "method must be POST");
            } else if (!token.accepts(request.getHeader(HttpHeaders.AUTHORIZATION))) {
                context.response().putHeader("WWW-Authenticate", "Bearer");
                refuse(context, answered, 401, UNAUTHENTICATED, "Authorization must be Bearer and the token");
            } else if (encoding == null) {
                refuse(
                        context,
                        answered,
                        415,
                        INVALID_ARGUMENT,
                        "Content-Type must be application/x-protobuf or application/json");
            } else {
                Boolean gzip = isGzip(request.getHeader(HttpHeaders.CONTENT_ENCODING));
                if (gzip == null) {
                    refuse(context, answered, 415, INVALID_ARGUMENT, "Content-Encoding must be gzip or none");
                } else if (length(request) > maxBytes) {
                    refuseTooLarge(context, answered);
                } else {
                    new Exchange(context, encoding, gzip).read();
                }
            }
        }

        /** Returns null for an encoding that is not supported. */
        private static @Nullable Boolean isGzip(@Nullable String contentEncoding) {
            if (contentEncoding == null) {
                return false;
            }
            return switch (contentEncoding.strip().toLowerCase(Locale.ROOT)) {
                case "", "identity" -> false;
                case "gzip", "x-gzip" -> true;
                default -> null;
            };
        }

        /** Returns the length of the body; 0 if the client does not say it. */
        private static long length(HttpServerRequest request) {
            String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
            try {
                return length == null ? 0 : Long.parseLong(length);
            } catch (NumberFormatException e) {
                return 0; // Netty has rejected the request before
            }
        }

        private void refuseTooLarge(RoutingContext context, OtlpEncoding encoding) {
            closeAfterwards(context);
            refuse(
                    context,
                    encoding,
                    413,
                    RESOURCE_EXHAUSTED,
                    "body must be at most " + maxBytes + " bytes, decompressed (" + Settings.OTLP_MAX_BODY.key() + ")");
        }

        private void refuseBusy(RoutingContext context, OtlpEncoding encoding) {
            context.response().putHeader(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
            refuse(context, encoding, 503, UNAVAILABLE, "too many requests at the same time");
        }

        /** One request whose body is read. Its methods run on the event loop, except those of the worker. */
        private final class Exchange {
            private final RoutingContext context;
            private final OtlpEncoding encoding;
            private final boolean gzip;
            private final Buffer body = Buffer.buffer();
            private final long timer;
            private long held;
            private boolean over;

            Exchange(RoutingContext context, OtlpEncoding encoding, boolean gzip) {
                this.context = context;
                this.encoding = encoding;
                this.gzip = gzip;
                this.timer = vertx.setTimer(bodyMillis, ignored -> timeOut());
            }

            void read() {
                HttpServerRequest request = context.request();
                request.handler(this::add);
                request.endHandler(ignored -> complete());
                // Also after the response, and when the client disconnects.
                context.addEndHandler(ignored -> release());
                if (request.getHeader(HttpHeaders.EXPECT) != null && request.version() != HttpVersion.HTTP_1_0) {
                    context.response().writeContinue();
                }
                request.resume();
            }

            private void add(Buffer chunk) {
                if (over) {
                    return;
                }
                if (body.length() + (long) chunk.length() > maxBytes) {
                    end();
                    refuseTooLarge(context, encoding);
                } else if (!hold(chunk.length())) {
                    end();
                    closeAfterwards(context);
                    refuseBusy(context, encoding);
                } else {
                    body.appendBuffer(chunk);
                }
            }

            private boolean hold(int bytes) {
                if (bytesInMemory.addAndGet(bytes) > BODIES_IN_MEMORY * maxBytes) {
                    bytesInMemory.addAndGet(-bytes);
                    return false;
                }
                held += bytes;
                return true;
            }

            private void timeOut() {
                if (!over) {
                    end();
                    closeAfterwards(context);
                    refuse(
                            context,
                            encoding,
                            408,
                            DEADLINE_EXCEEDED,
                            "body must be complete within " + bodyMillis + " ms (" + Settings.OTLP_BODY_TIMEOUT.key()
                                    + ")");
                }
            }

            private void complete() {
                if (over) {
                    return;
                }
                end();
                if (!permits.tryAcquire()) {
                    refuseBusy(context, encoding);
                    return;
                }
                byte[] bytes = body.getBytes();
                workers.<Answer>executeBlocking(
                                () -> {
                                    try {
                                        return answer(bytes);
                                    } finally {
                                        permits.release();
                                    }
                                },
                                false)
                        .onComplete(result -> {
                            if (result.succeeded()) {
                                send(context, encoding, result.result().status, result.result().body);
                            } else {
                                LOG.error("A request to " + PATH + " failed", result.cause());
                                refuse(context, encoding, 500, INTERNAL, "the log of the service has the cause");
                            }
                        });
            }

            private void end() {
                over = true;
                vertx.cancelTimer(timer);
            }

            private void release() {
                end();
                bytesInMemory.addAndGet(-held);
                held = 0;
            }

            /** Runs on a worker. */
            private Answer answer(byte[] bytes) {
                try {
                    byte[] content = gzip ? RequestBody.gunzip(bytes, maxBytes) : bytes;
                    return new Answer(200, encoding.response(receiver.receive(encoding.request(content))));
                } catch (MalformedRequestException e) {
                    return new Answer(400, encoding.status(INVALID_ARGUMENT, e.reason()));
                } catch (RequestBody.NotGzipException e) {
                    return new Answer(
                            400,
                            encoding.status(INVALID_ARGUMENT, "body must be gzip, but was not: " + e.getMessage()));
                } catch (RequestBody.TooLargeException e) {
                    return new Answer(
                            413,
                            encoding.status(
                                    RESOURCE_EXHAUSTED,
                                    "body must be at most " + maxBytes + " bytes, decompressed ("
                                            + Settings.OTLP_MAX_BODY.key() + ")"));
                }
            }
        }
    }

    /** The answer to a request whose body is complete. */
    private record Answer(int status, byte[] body) {}

    /** HTTP/1.1 cannot end a request before its body. */
    private static void closeAfterwards(RoutingContext context) {
        if (context.request().version() != HttpVersion.HTTP_2) {
            context.response().putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
        }
    }
}
