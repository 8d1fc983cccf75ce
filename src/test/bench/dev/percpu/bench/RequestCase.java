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
 * JMH benchmarks of the calls that Vert.x makes for one request to a Quarkus REST resource.
 *
 * <p>The calls go to percpu's request metrics or to Quarkus' binder. Each uses the same registry as in a service.
 */
public class RequestCase {

    private static final int PORT = 8080;
    private static final int BYTES_READ = 300;
    private static final int BYTES_WRITTEN = 1_500;

    /** The request metrics of one server. */
    @State(Scope.Benchmark)
    public static class ServerState {
        @Param(Impl.PERCPU)
        public String impl = "";

        HttpServerMetrics<Object, Object, Object> metrics;
        private MeterRegistry registry;

        @Setup
        @SuppressWarnings("unchecked")
        public void open() {
            boolean percpu = impl.equals(Impl.PERCPU);
            registry = percpu ? Impl.open(impl) : QuarkusBinder.registry();
            HttpServerOptions options = new HttpServerOptions().setPort(PORT);
            metrics = (HttpServerMetrics<Object, Object, Object>)
                    (percpu ? Recordings.server(registry, options) : QuarkusBinder.server(options));
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

    /** A connection with one request. A Vert.x server reads the request and sends no response. */
    @State(Scope.Thread)
    public static class ConnectionState {
        static final SocketAddress CLIENT = SocketAddress.inetSocketAddress(40_000, "localhost");

        final HttpResponse response = new OkResponse();
        HttpServerRequestInternal request;

        @Nullable
        Object connection;

        private final Vertx vertx = Vertx.vertx();
        private Socket client;

        @Setup
        public void open(ServerState server) throws IOException {
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
            // Quarkus REST stores the path template in the context when it matches the resource.
            request.context().putLocal("UrlPathTemplate", "/items/{id}");
            connection = server.metrics.connected(CLIENT, "localhost");
        }

        @TearDown
        public void close(ServerState server) throws IOException {
            client.close();
            server.metrics.disconnected(connection, CLIENT);
            vertx.close().toCompletionStage().toCompletableFuture().join();
        }
    }

    @Benchmark
    public void request(ServerState server, ConnectionState client) {
        HttpServerMetrics<Object, Object, Object> metrics = server.metrics;
        Object request = metrics.requestBegin(client.connection, (HttpRequest) client.request);
        metrics.bytesRead(client.connection, ConnectionState.CLIENT, BYTES_READ);
        metrics.requestRouted(request, null);
        metrics.requestEnd(request, (HttpRequest) client.request, BYTES_READ);
        metrics.responseBegin(request, client.response);
        metrics.responseEnd(request, client.response, BYTES_WRITTEN);
        metrics.bytesWritten(client.connection, ConnectionState.CLIENT, BYTES_WRITTEN);
    }

    private static final class OkResponse implements HttpResponse {
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
