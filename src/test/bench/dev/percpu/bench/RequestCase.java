package dev.percpu.bench;

import dev.percpu.quarkus.request.Recordings;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerRequestInternal;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.spi.metrics.HttpServerMetrics;
import io.vertx.core.spi.observability.HttpRequest;
import io.vertx.core.spi.observability.HttpResponse;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * All that Vert.x tells about one request for a resource of Quarkus REST, bytes included: told to our request metrics and to Quarkus'
 * binder, on the registry that each has in a service.
 */
public class RequestCase {

    private static final int PORT = 8080;
    private static final int BYTES_READ = 300;
    private static final int BYTES_WRITTEN = 1_500;

    /** A server. */
    @State(Scope.Benchmark)
    public static class OfServer {
        @Param(Impl.PERCPU)
        public String impl = "";

        HttpServerMetrics<Object, Object, Object> metrics;
        private MeterRegistry registry;

        @Setup
        @SuppressWarnings("unchecked")
        public void open() {
            boolean ours = impl.equals(Impl.PERCPU);
            registry = ours ? Impl.open(impl) : QuarkusBinder.registry();
            HttpServerOptions options = new HttpServerOptions().setPort(PORT);
            metrics = (HttpServerMetrics<Object, Object, Object>)
                    (ours ? Recordings.server(registry, options) : QuarkusBinder.server(options));
        }

        @TearDown
        public void close() {
            CounterCase.check(registry.get("http.server.requests")
                    .tag("uri", "/items/{id}")
                    .timer()
                    .count());
            CounterCase.check(registry.get("http.server.bytes.read").summary().count());
            registry.close();
        }
    }

    /** A connection, with a request on it that a Vert.x server has read; nobody answers it. */
    @State(Scope.Thread)
    public static class OfConnection {
        static final SocketAddress CLIENT = SocketAddress.inetSocketAddress(40_000, "localhost");

        final HttpResponse response = new Answer();
        HttpServerRequestInternal request;

        @Nullable
        Object connection;

        private final Vertx vertx = Vertx.vertx();
        private Socket client;

        @Setup
        public void open(OfServer server) throws IOException {
            CompletableFuture<HttpServerRequest> arrived = new CompletableFuture<>();
            int port = vertx.createHttpServer()
                    .requestHandler(arrived::complete)
                    .listen(0)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join()
                    .actualPort();
            client = new Socket("localhost", port);
            client.getOutputStream()
                    .write("GET /items/7 HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            request = (HttpServerRequestInternal) arrived.join();
            // As Quarkus REST leaves it there when it has found the resource.
            request.context().putLocal("UrlPathTemplate", "/items/{id}");
            connection = server.metrics.connected(CLIENT, "localhost");
        }

        @TearDown
        public void close(OfServer server) throws IOException {
            client.close();
            server.metrics.disconnected(connection, CLIENT);
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Benchmark
    public void request(OfServer of, OfConnection on) {
        HttpServerMetrics<Object, Object, Object> metrics = of.metrics;
        Object request = metrics.requestBegin(on.connection, (HttpRequest) on.request);
        metrics.bytesRead(on.connection, OfConnection.CLIENT, BYTES_READ);
        metrics.requestRouted(request, null);
        metrics.requestEnd(request, (HttpRequest) on.request, BYTES_READ);
        metrics.responseBegin(request, on.response);
        metrics.responseEnd(request, on.response, BYTES_WRITTEN);
        metrics.bytesWritten(on.connection, OfConnection.CLIENT, BYTES_WRITTEN);
    }

    private static final class Answer implements HttpResponse {
        @Override
        public int statusCode() {
            return 200;
        }

        @Override
        public MultiMap headers() {
            return MultiMap.caseInsensitiveMultiMap();
        }
    }
}
