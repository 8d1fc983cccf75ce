package dev.percpu.acceptance;

import com.sun.net.httpserver.HttpServer;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.ScrapeHandler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;

/** A server for scrapes of a registry of this process, at {@code /q/metrics}, in the format that the client accepts. */
final class RegistryServer implements AutoCloseable {

    private final HttpServer server;

    RegistryServer(PerCpuMeterRegistry registry) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/q/metrics", new ScrapeHandler(registry));
        server.start();
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
