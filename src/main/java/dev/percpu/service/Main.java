package dev.percpu.service;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.jboss.logging.Logger;

/** The service's entry point. Logs the URLs when both ports are open, then waits for the signal to stop. */
@QuarkusMain
public class Main implements QuarkusApplication {

    private static final Logger LOG = Logger.getLogger("dev.percpu");

    private static final int TIMEOUT_MILLIS = 2_000;

    private final ServiceUrls urls;

    Main(ServiceUrls urls) {
        this.urls = urls;
    }

    @Override
    public int run(String... arguments) {
        urls.firstRequests().forEach(Main::request);
        urls.lines().forEach(LOG::info);
        Quarkus.waitForExit();
        return 0;
    }

    /** Sends a first request to a port. It loads classes, and adds the limits of {@link DescriptorReserve}. */
    private static void request(URI url) {
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(TIMEOUT_MILLIS);
            String head = "GET " + url.getPath() + " HTTP/1.1\r\nHost: " + url.getAuthority()
                    + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            LOG.debugf(e, "The first request to %s failed", url);
        }
    }
}
