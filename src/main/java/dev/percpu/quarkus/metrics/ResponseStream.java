package dev.percpu.quarkus.metrics;

import dev.percpu.registry.ScrapeFailure;
import io.netty.buffer.Unpooled;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The body of a response as a stream, chunk by chunk. It holds two chunks of {@value #CHUNK_BYTES} bytes, whatever the size of the body:
 * while one is on its way to the client the other is filled, and the thread that fills it waits where the client is slower than that.
 *
 * <p>Used by one thread, which is not an event loop's. Every method that writes throws a {@link ScrapeEndedException} once the client has
 * gone or the time is over.
 */
final class ResponseStream extends OutputStream {
    static final int CHUNK_BYTES = 64 * 1024;

    private static final class Chunk {
        final byte[] bytes = new byte[CHUNK_BYTES];
        Future<Void> sent = Future.succeededFuture();
    }

    private final HttpServerResponse response;
    private final long deadlineNanos;
    private Chunk filling = new Chunk();
    private Chunk other = new Chunk();
    private int filled;
    private long count;

    /**
     * @param response chunked, its headers set
     * @param deadlineNanos when the time is over, by {@link System#nanoTime()}
     */
    ResponseStream(HttpServerResponse response, long deadlineNanos) {
        this.response = response;
        this.deadlineNanos = deadlineNanos;
    }

    /** Bytes written up to now. */
    long count() {
        return count;
    }

    @Override
    public void write(int b) throws IOException {
        if (filled == CHUNK_BYTES) {
            send();
        }
        filling.bytes[filled++] = (byte) b;
        count++;
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (filled == CHUNK_BYTES) {
                send();
            }
            int part = Math.min(left, CHUNK_BYTES - filled);
            System.arraycopy(bytes, from, filling.bytes, filled, part);
            filled += part;
            from += part;
            left -= part;
        }
        count += length;
    }

    /** Does nothing: chunks go when they are full. */
    @Override
    public void flush() {}

    /** Does nothing: whether the response is whole is not known here. See {@link #end()}. */
    @Override
    public void close() {}

    /** Waits until all but the last chunk has been sent. */
    void settle() throws IOException {
        check();
        await(other.sent);
    }

    /** Ends the response with the last chunk, and does not wait for it. Call it after {@link #settle()}, as the last of all. */
    void end() {
        var _ = response.end(taken());
    }

    private void send() throws IOException {
        check();
        filling.sent = response.write(taken());
        Chunk next = other;
        other = filling;
        filling = next;
        filled = 0;
        await(next.sent);
    }

    /** The chunk as it is, not a copy: it is written to again only after it was sent. */
    @SuppressWarnings("deprecation") // what is to replace it is not there before Vert.x 5
    private Buffer taken() {
        return Buffer.buffer(Unpooled.wrappedBuffer(filling.bytes, 0, filled));
    }

    private void check() throws ScrapeEndedException {
        if (response.closed()) {
            throw gone();
        }
        if (System.nanoTime() - deadlineNanos >= 0) {
            throw late();
        }
    }

    private void await(Future<Void> sent) throws IOException {
        if (sent.succeeded()) {
            return;
        }
        try {
            sent.toCompletionStage().toCompletableFuture().get(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw late();
        } catch (ExecutionException e) {
            throw gone();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a client read its scrape", e);
        }
    }

    private static ScrapeEndedException gone() {
        return new ScrapeEndedException(ScrapeFailure.GONE, "the client closed the connection");
    }

    private static ScrapeEndedException late() {
        return new ScrapeEndedException(ScrapeFailure.TIMEOUT, "the scrape did not end within its time");
    }
}
