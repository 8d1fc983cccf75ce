package dev.percpu.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.percpu.scrape.ScrapeNegotiation;
import dev.percpu.scrape.ScrapeParameters;
import dev.percpu.settings.Settings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The scrape endpoint of a registry for the JDK's {@link com.sun.net.httpserver.HttpServer}.
 *
 * <pre>{@code
 * server.createContext("/metrics", new ScrapeHandler(registry));
 * server.setExecutor(Executors.newCachedThreadPool());
 * }</pre>
 *
 * <p>It serves the exact path of its context to GET and HEAD requests. Format and compression are negotiated by {@link ScrapeNegotiation}.
 * The query parameter {@code name[]} selects families. Give the server an executor: without one it serves one request at a time.
 *
 * <p>Limits are those of the keys {@code percpu.scrape.compression}, {@code percpu.scrape.max-concurrent} and {@code percpu.scrape.timeout}
 * in the registry's configuration. A body is sent while it is written, so its size takes no memory. If a scrape fails after its first bytes
 * were sent, the server closes the connection before the end of the body. Thread-safe.
 */
public final class ScrapeHandler implements HttpHandler {
    private static final System.Logger LOG = System.getLogger(ScrapeHandler.class.getName());
    private static final int BUFFER_BYTES = 64 * 1024;

    private final PerCpuMeterRegistry registry;
    private final PerCpuMeters meters;
    private final ScrapeNegotiation negotiation;
    private final Duration timeout;
    private final int maxConcurrent;
    private final Semaphore permits;

    /** Creates an endpoint that records no metrics of its scrapes. */
    public ScrapeHandler(PerCpuMeterRegistry registry) {
        this(registry, new PerCpuMeters(registry));
    }

    /**
     * Creates an endpoint.
     *
     * @param meters records duration, size and failures of scrapes, if it is bound
     * @throws IllegalArgumentException if a setting of scrapes has a value that is not allowed; the message names key, allowed values and
     *     value
     */
    public ScrapeHandler(PerCpuMeterRegistry registry, PerCpuMeters meters) {
        this.registry = registry;
        this.meters = meters;
        RegistrySettings settings = registry.registrySettings();
        this.negotiation = new ScrapeNegotiation(settings.get(Settings.SCRAPE_COMPRESSION));
        this.timeout = settings.get(Settings.SCRAPE_TIMEOUT);
        this.maxConcurrent = settings.get(Settings.SCRAPE_MAX_CONCURRENT);
        this.permits = new Semaphore(maxConcurrent);
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        long arrivalNanos = System.nanoTime();
        if (!exchange.getRequestURI().getPath().equals(exchange.getHttpContext().getPath())) {
            respond(exchange, 404, "There is no such path.");
            return;
        }
        String method = exchange.getRequestMethod();
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            respond(exchange, 405, "The method must be GET or HEAD.");
            return;
        }
        switch (negotiation.negotiate(
                exchange.getRequestHeaders().get("Accept"),
                exchange.getRequestHeaders().get("Accept-Encoding"))) {
            case ScrapeNegotiation.Rejected rejected -> respond(exchange, rejected.status(), rejected.reason());
            case ScrapeNegotiation.Accepted accepted -> {
                Set<String> names;
                try {
                    names = names(exchange.getRequestURI().getRawQuery());
                } catch (IllegalArgumentException e) {
                    respond(exchange, 400, "In the query, % must be followed by two hexadecimal digits.");
                    return;
                }
                if (method.equals("HEAD")) {
                    setHeaders(exchange, accepted.headers());
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                } else {
                    admit(exchange, accepted, names, arrivalNanos);
                }
            }
        }
    }

    /** Returns the families that the query selects; null for all. */
    private static @Nullable Set<String> names(@Nullable String query) {
        List<String> names = new ArrayList<>();
        for (String pair : query == null ? new String[0] : query.split("&")) {
            String[] parts = pair.split("=", 2);
            if (decode(parts[0]).equals("name[]")) {
                names.add(parts.length == 1 ? "" : decode(parts[1]));
            }
        }
        return names.isEmpty() ? null : ScrapeParameters.families(names);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private void admit(
            HttpExchange exchange, ScrapeNegotiation.Accepted accepted, @Nullable Set<String> names, long arrivalNanos)
            throws IOException {
        if (!permits.tryAcquire()) {
            meters.recordFailure(ScrapeFailure.BUSY);
            exchange.getResponseHeaders().set("Retry-After", "1");
            respond(
                    exchange,
                    503,
                    maxConcurrent + " scrapes are in progress, the maximum that " + Settings.SCRAPE_MAX_CONCURRENT.key()
                            + " allows.");
            return;
        }
        Body body = new Body(exchange, accepted.headers());
        try {
            if (serve(exchange, accepted, names, body)) {
                meters.recordScrape(System.nanoTime() - arrivalNanos, body.count);
            }
        } finally {
            permits.release();
        }
    }

    /** Returns whether the response is a complete scrape. */
    private boolean serve(
            HttpExchange exchange, ScrapeNegotiation.Accepted accepted, @Nullable Set<String> names, Body body)
            throws IOException {
        Throwable failure;
        boolean late;
        try (TimeLimit limit = new TimeLimit(ScrapeParameters.timeout(
                exchange.getRequestHeaders().getFirst(ScrapeParameters.TIMEOUT_HEADER), timeout))) {
            failure = write(accepted, names, body);
            late = limit.isOver();
        }
        if (failure != null) {
            fail(exchange, failure, late, body);
        }
        return failure == null;
    }

    /** Writes a whole response. Returns null if it is complete, else the cause of the failure. */
    private @Nullable Throwable write(ScrapeNegotiation.Accepted accepted, @Nullable Set<String> names, Body body) {
        try {
            try (OutputStream out = accepted.body(body)) {
                registry.scrape(out, accepted.type(), names);
            }
            body.end();
            return null;
        } catch (Throwable e) { // errors too are counted and logged
            return e;
        }
    }

    /** Responds with the cause, or throws it: the server then closes the connection without the last chunk of the body. */
    private void fail(HttpExchange exchange, Throwable failure, boolean late, Body body) throws IOException {
        ScrapeFailure reason =
                late ? ScrapeFailure.TIMEOUT : body.disconnected ? ScrapeFailure.GONE : ScrapeFailure.ERROR;
        meters.recordFailure(reason);
        if (reason == ScrapeFailure.ERROR) {
            LOG.log(System.Logger.Level.ERROR, "A scrape failed", failure);
        }
        if (body.started) {
            throw new IOException("the scrape was not completed: " + reason, failure);
        }
        respond(
                exchange,
                late ? 503 : 500,
                late
                        ? "The scrape did not complete within its timeout."
                        : "The scrape failed. The log of the application has the cause.");
    }

    private static void setHeaders(HttpExchange exchange, Map<String, String> headers) {
        headers.forEach(exchange.getResponseHeaders()::set);
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
    }

    private static void respond(HttpExchange exchange, int status, String message) throws IOException {
        byte[] text = (message + "\n").getBytes(StandardCharsets.UTF_8);
        setHeaders(exchange, Map.of("Content-Type", "text/plain; charset=utf-8"));
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : text.length);
        if (!head) {
            exchange.getResponseBody().write(text);
        }
        exchange.close();
    }

    /** Interrupts the thread of a scrape that takes too long. That ends its waits for gauges and for the client. Thread-safe. */
    private static final class TimeLimit implements AutoCloseable {
        private final Future<?> task;

        /** Guarded by this, as is the field below. */
        private @Nullable Thread worker = Thread.currentThread();

        private boolean over;

        TimeLimit(Duration timeout) {
            task = ForkJoinPool.commonPool().schedule(this::interrupt, timeout.toNanos(), TimeUnit.NANOSECONDS);
        }

        private synchronized void interrupt() {
            if (worker != null) {
                over = true;
                worker.interrupt();
            }
        }

        synchronized boolean isOver() {
            return over;
        }

        /** Ends the limit, and clears the interrupt that it caused. */
        @Override
        public void close() {
            task.cancel(false);
            synchronized (this) {
                worker = null;
                if (over) {
                    Thread.interrupted();
                }
            }
        }
    }

    /**
     * The body of a response. It sends the headers with its first bytes, so that a scrape which fails early can still respond with an error.
     * Not thread-safe.
     */
    private static final class Body extends OutputStream {
        private final HttpExchange exchange;
        private final Map<String, String> headers;
        private final byte[] buffer = new byte[BUFFER_BYTES];
        private int filled;
        long count;
        boolean started;
        boolean disconnected;

        Body(HttpExchange exchange, Map<String, String> headers) {
            this.exchange = exchange;
            this.headers = headers;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            int from = offset;
            int left = length;
            while (left > 0) {
                if (filled == BUFFER_BYTES) {
                    send(0); // in chunks
                }
                int part = Math.min(left, BUFFER_BYTES - filled);
                System.arraycopy(bytes, from, buffer, filled, part);
                filled += part;
                from += part;
                left -= part;
            }
            count += length;
        }

        /** Does nothing: only a full buffer is sent. */
        @Override
        public void flush() {}

        /** Does nothing, because a failed scrape must not end the response as complete. {@link #end()} ends it. */
        @Override
        public void close() {}

        void end() throws IOException {
            send(filled == 0 ? -1 : filled);
            exchange.close();
        }

        /**
         * Sends the buffer.
         *
         * @param length of the whole body, if this is the first call
         */
        private void send(long length) throws IOException {
            try {
                if (!started) {
                    started = true;
                    setHeaders(exchange, headers);
                    exchange.sendResponseHeaders(200, length);
                }
                if (filled > 0) {
                    exchange.getResponseBody().write(buffer, 0, filled);
                    filled = 0;
                }
            } catch (IOException e) {
                disconnected = true;
                throw e;
            }
        }
    }
}
