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

/** A client that asks for something and then reads only what it is told to, with as small a window as the system allows. */
final class SlowClient implements AutoCloseable {
    private static final int RECEIVE_BYTES = 4096;
    private static final int PATIENCE_MILLIS = 30_000;

    private final Socket socket = new Socket();

    /**
     * @param request line and headers, without the last empty line
     */
    SlowClient(URI server, String request) throws IOException {
        socket.setReceiveBufferSize(RECEIVE_BYTES); // before it is connected: the window is agreed on then
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.connect(new InetSocketAddress(server.getHost(), server.getPort()));
        socket.getOutputStream().write((request + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Reads one line, at most 1,000 characters of it. */
    String line() throws IOException {
        InputStream in = socket.getInputStream();
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n' && line.length() < 1000; c = in.read()) {
            line.append((char) c);
        }
        return line.toString().strip();
    }

    /** Reads on until the server closes the connection, in an orderly way or not. */
    String rest() throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] buffer = new byte[RECEIVE_BYTES];
        try {
            InputStream in = socket.getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                read.write(buffer, 0, count);
            }
        } catch (SocketException reset) {
            // what was read is what there is
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    /** Reads on until the server closes the connection; whether it did so in an orderly way, which ends a body of HTTP/1.0. */
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
