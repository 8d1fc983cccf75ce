package dev.percpu.acceptance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.scrape.AcceptHeader;
import dev.percpu.scrape.MalformedHeaderException;
import dev.percpu.scrape.ScrapeType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Serves the scrapes of a registry of this process at {@code /q/metrics}, in the format that is asked for. */
final class RegistryServer implements AutoCloseable {

    private final HttpServer server;
    private final PerCpuMeterRegistry registry;

    RegistryServer(PerCpuMeterRegistry registry) throws IOException {
        this.registry = registry;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/q/metrics", this::answer);
        server.start();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String contentType = negotiated(exchange.getRequestHeaders().getFirst("Accept"));
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            registry.scrape(body, contentType);
            exchange.getResponseHeaders().set("Content-Type", contentType);
            exchange.sendResponseHeaders(200, body.size());
            body.writeTo(exchange.getResponseBody());
        }
    }

    /** As the service answers. */
    private static String negotiated(@Nullable String accept) throws IOException {
        try {
            return ScrapeType.choose(AcceptHeader.parse(Objects.requireNonNullElse(accept, "*/*")))
                    .orElseThrow(() -> new IOException("nothing to offer to " + accept))
                    .contentType();
        } catch (MalformedHeaderException e) {
            throw new IOException(e);
        }
    }

    /** Host and port. */
    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
