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
 * The body of an HTTP response as an output stream that sends chunks of {@value #CHUNK_BYTES} bytes.
 *
 * <p>It holds two chunks: one is filled while the other is sent. When both are full, the writing thread waits for the client, so a body of
 * any size takes the same memory.
 *
 * <p>Not thread-safe, and not for event loops: writes block. Every write throws a {@link ScrapeEndedException} after the client has
 * disconnected or the deadline has passed.
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
    private Chunk sending = new Chunk();
    private int filled;
    private long count;

    /**
     * @param response a chunked response with its headers set
     * @param deadlineNanos the latest time of a write, by {@link System#nanoTime()}
     */
    ResponseStream(HttpServerResponse response, long deadlineNanos) {
        this.response = response;
        this.deadlineNanos = deadlineNanos;
    }

    /** Returns the number of bytes written. */
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

    /** Does nothing: only full chunks are sent. */
    @Override
    public void flush() {}

    /** Does nothing, because a failed scrape must not end the response as complete. {@link #end()} ends it. */
    @Override
    public void close() {}

    /** Waits until all chunks but the last have been sent. */
    void awaitPending() throws IOException {
        check();
        await(sending.sent);
    }

    /** Ends the response with the last chunk, without waiting for it. Call it last, after {@link #awaitPending()}. */
    void end() {
        var _ = response.end(filledBuffer());
    }

    private void send() throws IOException {
        check();
        filling.sent = response.write(filledBuffer());
        Chunk next = sending;
        sending = filling;
        filling = next;
        filled = 0;
        await(next.sent);
    }

    /** Returns the filled part of the chunk without a copy. The chunk is written to again only after it was sent. */
    @SuppressWarnings("deprecation") // the replacement exists from Vert.x 5 on
    private Buffer filledBuffer() {
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
            throw new IOException("interrupted while sending a scrape to its client", e);
        }
    }

    private static ScrapeEndedException gone() {
        return new ScrapeEndedException(ScrapeFailure.GONE, "the client closed the connection");
    }

    private static ScrapeEndedException late() {
        return new ScrapeEndedException(ScrapeFailure.TIMEOUT, "the scrape did not complete within its timeout");
    }
}
