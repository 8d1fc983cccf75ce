package dev.percpu.acceptance;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.scrape.ScrapeNegotiation;
import dev.percpu.settings.Compression;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;

/** A server for scrapes of a registry of this process, at {@code /q/metrics}, in the format that the client accepts. */
final class RegistryServer implements AutoCloseable {

    private final HttpServer server;
    private final PerCpuMeterRegistry registry;

    RegistryServer(PerCpuMeterRegistry registry) throws IOException {
        this.registry = registry;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/q/metrics", this::respond);
        server.start();
    }

    private void respond(HttpExchange exchange) throws IOException {
        try (exchange) {
            List<String> accept = exchange.getRequestHeaders().get("Accept");
            switch (new ScrapeNegotiation(Compression.OFF).negotiate(accept, null)) {
                case ScrapeNegotiation.Rejected rejected -> exchange.sendResponseHeaders(rejected.status(), -1);
                case ScrapeNegotiation.Accepted accepted -> {
                    ByteArrayOutputStream body = new ByteArrayOutputStream();
                    registry.scrape(body, accepted.type(), null);
                    accepted.headers().forEach(exchange.getResponseHeaders()::set);
                    exchange.sendResponseHeaders(200, body.size());
                    body.writeTo(exchange.getResponseBody());
                }
            }
        }
    }

    /** Returns the address, without a path. */
    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
