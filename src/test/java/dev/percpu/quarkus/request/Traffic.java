package dev.percpu.quarkus.request;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.http.WebSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A client that sends requests of every kind to one application. Not thread-safe. */
final class Traffic implements AutoCloseable {

    private final Vertx vertx = Vertx.vertx();
    private final URI application;
    private final URI secure;

    Traffic(URI application) {
        this(application, application);
    }

    /** @param secure address of the same application for https */
    Traffic(URI application, URI secure) {
        this.application = application;
        this.secure = secure;
    }

    /** Sends a request on a new connection and reads the whole response. */
    void send(String method, String path, String... headers) throws IOException {
        exchange(head(method, path, headers) + "Connection: close\r\n\r\n");
    }

    void sendAs(String user, String path) throws IOException {
        String credentials = Base64.getEncoder().encodeToString((user + ":x").getBytes(StandardCharsets.US_ASCII));
        send("GET", path, "Authorization: Basic " + credentials);
    }

    /** Sends several requests on one connection, pipelined. */
    void sendOnOneConnection(String... paths) throws IOException {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < paths.length; i++) {
            all.append(head("GET", paths[i])).append(i + 1 < paths.length ? "\r\n" : "Connection: close\r\n\r\n");
        }
        exchange(all.toString());
    }

    void upload(String path, int bytes) throws IOException {
        exchange(head("POST", path) + "Connection: close\r\nContent-Type: application/octet-stream\r\nContent-Length: "
                + bytes + "\r\n\r\n" + "y".repeat(bytes));
    }

    /** Announces a body of this length without sending it, and waits until the service rejects the request. */
    void announce(String path, int bytes) throws IOException {
        exchange(head("POST", path) + "Connection: close\r\nContent-Length: " + bytes + "\r\n\r\n");
    }

    /** Closes the connection as soon as the response contains a text. */
    void closeDuringResponse(String path, String text) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write((head("GET", path) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            StringBuilder response = new StringBuilder();
            for (int read = 0;
                    read >= 0 && response.indexOf(text) < 0;
                    read = socket.getInputStream().read()) {
                response.append((char) read);
            }
        }
    }

    /** Resets the connection (RST) before the response, after the service has the request. */
    void resetConnection(String path, Runnable whenBegun) throws IOException {
        try (Socket socket = connect()) {
            socket.setSoLinger(true, 0);
            socket.getOutputStream().write((head("GET", path) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            whenBegun.run();
        }
    }

    /** Closes the connection before the response, after the service has the request. */
    void abandon(String path, Runnable whenBegun) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write((head("GET", path) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            whenBegun.run();
        }
    }

    /** Closes the connection in the middle of the request body. */
    void abandonUpload(String path, Runnable whenBegun) throws IOException {
        try (Socket socket = connect()) {
            String begun = head("POST", path)
                    + "Content-Type: application/octet-stream\r\nContent-Length: 1000000\r\n\r\nonly this much";
            socket.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
            whenBegun.run();
        }
    }

    void sendHttp2(String... paths) {
        send(http2(), application, paths);
    }

    /** Sends requests over HTTP/1.1, on one connection. */
    void sendInSequence(String... paths) {
        send(vertx.createHttpClient(), application, paths);
    }

    void sendSecurely(String... paths) {
        send(vertx.createHttpClient(trusting()), secure, paths);
    }

    void sendHttp2Securely(String... paths) {
        send(
                vertx.createHttpClient(
                        trusting().setProtocolVersion(HttpVersion.HTTP_2).setUseAlpn(true)),
                secure,
                paths);
    }

    /** Sends each request after the response to the one before. */
    private static void send(HttpClient client, URI to, String... paths) {
        for (String path : paths) {
            await(client.request(options(HttpMethod.GET, to, path))
                    .compose(HttpClientRequest::send)
                    .compose(response -> response.body()));
        }
        await(client.close());
    }

    void abandonSecurely(String path, Runnable whenBegun) {
        HttpClient client = vertx.createHttpClient(trusting());
        HttpClientRequest request = await(client.request(options(HttpMethod.GET, secure, path)));
        await(request.sendHead());
        whenBegun.run();
        await(client.close());
    }

    /** Reads the response before the end of the request, then resets the stream without ending the request. */
    void resetAfterResponse(String path) {
        HttpClient client = http2();
        HttpClientRequest request = await(client.request(options(HttpMethod.POST, application, path)));
        request.setChunked(true);
        await(request.sendHead());
        await(request.response().compose(response -> response.body()));
        request.reset(0x8);
        await(client.close());
    }

    void resetHttp2(String path, Runnable whenBegun) {
        HttpClient client = http2();
        HttpClientRequest request = await(client.request(options(HttpMethod.GET, application, path)));
        await(request.sendHead());
        whenBegun.run();
        request.reset(0x8);
        await(client.close());
    }

    void upgradeToHttp2(String path) {
        send(vertx.createHttpClient(new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2)), application, path);
    }

    void webSocket(String path, Runnable whileOpen) {
        WebSocket socket =
                await(vertx.createWebSocketClient().connect(application.getPort(), application.getHost(), path));
        CompletableFuture<Void> closed = new CompletableFuture<>();
        socket.closeHandler(ignored -> closed.complete(null));
        whileOpen.run();
        await(socket.writeTextMessage("hello"));
        closed.orTimeout(10, TimeUnit.SECONDS).join();
    }

    /** Sends a text as ISO 8859-1 and returns everything until the service closes the connection. */
    String exchange(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            ByteArrayOutputStream response = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(response);
            return response.toString(StandardCharsets.ISO_8859_1);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(application.getHost(), application.getPort());
        socket.setSoTimeout(10_000);
        return socket;
    }

    private static String head(String method, String path, String... headers) {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: x\r\n");
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        return head.toString();
    }

    private HttpClient http2() {
        return vertx.createHttpClient(
                new HttpClientOptions().setProtocolVersion(HttpVersion.HTTP_2).setHttp2ClearTextUpgrade(false));
    }

    /** Accepts the certificate of the tests, which no authority has signed. */
    private static HttpClientOptions trusting() {
        return new HttpClientOptions().setSsl(true).setTrustAll(true).setVerifyHost(false);
    }

    private static RequestOptions options(HttpMethod method, URI to, String path) {
        return new RequestOptions()
                .setMethod(method)
                .setHost(to.getHost())
                .setPort(to.getPort())
                .setURI(path);
    }

    private static <T> T await(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(10, TimeUnit.SECONDS)
                .join();
    }

    @Override
    public void close() {
        await(vertx.close());
    }
}
