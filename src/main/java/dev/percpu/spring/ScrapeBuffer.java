package dev.percpu.spring;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A scrape in memory that the next scrape reuses. A garbage collector that divides the heap into regions, as G1 does, would run more often if
 * each scrape made a large object more. One scrape writes it, then one response reads it: not thread-safe.
 */
final class ScrapeBuffer extends ByteArrayOutputStream {
    private final AtomicReference<@Nullable ScrapeBuffer> spare;

    private ScrapeBuffer(AtomicReference<@Nullable ScrapeBuffer> spare) {
        this.spare = spare;
    }

    /**
     * Returns an empty buffer.
     *
     * @param spare the buffer that no response uses, or null; taken, and set again when the response has read its buffer
     */
    static ScrapeBuffer take(AtomicReference<@Nullable ScrapeBuffer> spare) {
        ScrapeBuffer buffer = spare.getAndSet(null);
        if (buffer == null) {
            return new ScrapeBuffer(spare);
        }
        buffer.reset();
        return buffer;
    }

    /** Returns the scrape, and ends the use of this buffer. */
    byte[] copy() {
        byte[] bytes = toByteArray();
        spare.set(this);
        return bytes;
    }

    /** Returns the scrape without a copy. Closing the stream ends its use of this buffer, and the stream is then at its end. */
    InputStream stream() {
        return new Reader();
    }

    private final class Reader extends ByteArrayInputStream {
        private boolean closed;

        Reader() {
            super(ScrapeBuffer.this.buf, 0, ScrapeBuffer.this.count);
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                buf = new byte[0];
                pos = 0;
                count = 0;
                spare.set(ScrapeBuffer.this);
            }
        }
    }
}
