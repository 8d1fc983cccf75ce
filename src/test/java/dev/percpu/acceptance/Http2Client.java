package dev.percpu.acceptance;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * An HTTP/2 client that reads nothing and ignores all limits. Not thread-safe.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc9113#name-frame-definitions">RFC 9113, 6</a>
 */
final class Http2Client implements AutoCloseable {
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int END_STREAM_AND_HEADERS = 5;
    private static final byte[] CANCEL = {0, 0, 0, 8};
    private static final byte[] NO_WINDOW = {0, 4, 0, 0, 0, 0}; // SETTINGS_INITIAL_WINDOW_SIZE is 0

    private final Socket socket;
    private final OutputStream out;
    private final byte[] request;
    private int stream = -1;

    /** Connects, and allows no byte of a response. */
    Http2Client(URI server, String path) throws IOException {
        socket = new Socket(server.getHost(), server.getPort());
        out = new BufferedOutputStream(socket.getOutputStream());
        request = request(path);
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        write(SETTINGS, 0, 0, NO_WINDOW);
    }

    /** Returns a block of headers (HPACK): GET and http from the static table, then the literal values of :path and :authority. */
    private static byte[] request(String path) {
        return ByteBuffer.allocate(7 + path.length())
                .put((byte) 0x82)
                .put((byte) 0x86)
                .put((byte) 0x04)
                .put((byte) path.length())
                .put(path.getBytes(StandardCharsets.US_ASCII))
                .put((byte) 0x01)
                .put((byte) 1)
                .put((byte) 'x')
                .array();
    }

    void openStream() throws IOException {
        stream += 2;
        write(HEADERS, END_STREAM_AND_HEADERS, stream, request);
    }

    void openAndResetStream() throws IOException {
        openStream();
        write(RST_STREAM, 0, stream, CANCEL);
    }

    void ping() throws IOException {
        write(PING, 0, 0, new byte[8]);
    }

    void changeSettings() throws IOException {
        write(SETTINGS, 0, 0, NO_WINDOW);
    }

    void flush() throws IOException {
        out.flush();
    }

    private void write(int type, int flags, int stream, byte[] payload) throws IOException {
        out.write(ByteBuffer.allocate(9 + payload.length)
                .putShort((short) (payload.length >> 8))
                .put((byte) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array());
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
