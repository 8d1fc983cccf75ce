package dev.percpu.quarkus.metrics;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A client that sends a request and reads only on demand, with the smallest receive window that the system permits. */
final class SlowClient implements AutoCloseable {
    private static final int RECEIVE_BYTES = 4096;
    private static final int READ_TIMEOUT_MILLIS = 30_000;

    private final Socket socket = new Socket();

    /**
     * Connects and sends a request.
     *
     * @param request request line and headers, without the empty line at the end
     */
    SlowClient(URI server, String request) throws IOException {
        socket.setReceiveBufferSize(RECEIVE_BYTES); // before connect, which negotiates the window
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
        socket.getOutputStream().write((request + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads one line, at most 1000 characters. */
    String line() throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n' && line.length() < 1000; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    /** Reads until the server closes or resets the connection. */
    String rest() throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] buffer = new byte[RECEIVE_BYTES];
        try {
            InputStream in = socket.getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                read.write(buffer, 0, count);
            }
        } catch (SocketException reset) {
            // Return what was read before the reset.
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    /** Reads until the server ends the connection. Returns true for an orderly close, which ends a body of HTTP/1.0, false for a reset. */
    boolean endsInOrder() throws IOException {
        try {
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            return true;
        } catch (SocketException reset) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
