package dev.percpu.acceptance;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Set;

/**
 * Free loopback ports, for programs that need a port number at start.
 *
 * <p>Thread-safe. Each port is returned once in this JVM. Another process can bind the port before the program does; the program then fails
 * to start and logs that.
 */
public final class FreePort {

    private static final Set<Integer> RETURNED = new HashSet<>();

    private FreePort() {}

    /** Returns a port that no socket is bound to now. */
    public static synchronized int next() throws IOException {
        while (true) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                int port = socket.getLocalPort();
                if (RETURNED.add(port)) {
                    return port;
                }
            }
        }
    }
}
