package dev.percpu.acceptance;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A TCP proxy between senders and the service. It can reset connections after the service has answered, and before the answer reaches the
 * sender.
 */
final class OtlpProxy implements AutoCloseable {
    private static final int BUFFER = 16 * 1024;

    private final URI target;
    private final ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final AtomicInteger toLose = new AtomicInteger();
    private final AtomicInteger lost = new AtomicInteger();

    /** @param target address of the service */
    OtlpProxy(URI target) throws IOException {
        this.target = target;
        threads.execute(this::accept);
    }

    /** Loses the answers to the next requests. */
    void loseAnswers(int number) {
        toLose.set(number);
    }

    /** Returns the number of lost answers. */
    int lostAnswers() {
        return lost.get();
    }

    String endpoint() {
        return "http://127.0.0.1:" + server.getLocalPort() + "/v1/metrics";
    }

    private void accept() {
        try {
            while (true) {
                Socket sender = server.accept();
                sockets.add(sender);
                threads.execute(() -> connect(sender));
            }
        } catch (IOException end) {
            // The proxy is closed.
        }
    }

    private void connect(Socket sender) {
        try (sender;
                Socket service = new Socket(target.getHost(), target.getPort())) {
            sockets.add(service);
            threads.execute(() -> {
                try {
                    sender.getInputStream().transferTo(service.getOutputStream());
                    service.shutdownOutput();
                } catch (IOException end) {
                    // One side has closed its connection.
                }
            });
            forwardAnswers(service.getInputStream(), sender);
        } catch (IOException end) {
            // One side has closed its connection.
        }
    }

    private void forwardAnswers(InputStream answers, Socket sender) throws IOException {
        OutputStream out = sender.getOutputStream();
        byte[] buffer = new byte[BUFFER];
        for (int length = answers.read(buffer); length >= 0; length = answers.read(buffer)) {
            if (toLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                lost.incrementAndGet();
                sender.setSoLinger(true, 0); // resets the connection
                return;
            }
            out.write(buffer, 0, length);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
        threads.close();
    }
}
