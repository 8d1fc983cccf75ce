package dev.percpu.exposition;

import java.io.IOException;
import java.io.OutputStream;

/**
 * The bytes of a text format on their way to a stream, a chunk at a time. Numbers look as the Prometheus client's writers write them: integers
 * as {@link Long#toString(long)}, others as {@link Double#toString(double)} but {@code +Inf} and {@code -Inf}.
 *
 * <p>Writing allocates nothing. One scrape after the other may use the same output; not thread-safe.
 */
public final class TextOutput {
    /** Bytes handed to the stream at once. */
    static final int CHUNK_BYTES = 64 * 1024;

    /** A copy of so many bytes, or a multiple, is a few whole stores. */
    private static final int HEAD_UNIT = 64;

    private static final byte[] PLUS_INF = {'+', 'I', 'n', 'f'};
    private static final byte[] MINUS_INF = {'-', 'I', 'n', 'f'};

    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final StringBuilder digits = new StringBuilder(Decimals.MAX_BYTES);
    private OutputStream out = OutputStream.nullOutputStream();
    private int size;

    /** What is written from now on goes to that stream; what an earlier scrape that failed has left is forgotten. */
    public TextOutput to(OutputStream out) {
        this.out = out;
        this.size = 0;
        return this;
    }

    /** Hands what is left to the stream, and forgets the stream. It is neither flushed nor closed. */
    public void end() throws IOException {
        handOver();
        out = OutputStream.nullOutputStream();
    }

    /** @param ascii a character of one byte */
    public void put(char ascii) throws IOException {
        makeRoom(1);
        chunk[size++] = (byte) ascii;
    }

    /** Any number of bytes. */
    public void put(byte[] bytes) throws IOException {
        put(bytes, 0, bytes.length);
    }

    /** Any number of bytes out of an array. */
    public void put(byte[] bytes, int from, int count) throws IOException {
        if (count <= CHUNK_BYTES - size) {
            System.arraycopy(bytes, from, chunk, size, count);
            size += count;
            return;
        }
        handOver();
        if (count <= CHUNK_BYTES) {
            System.arraycopy(bytes, from, chunk, 0, count);
            size = count;
        } else {
            out.write(bytes, from, count);
        }
    }

    /** All that stands before the value of a sample. */
    void putSample(byte[] name, byte[] labels, int labelsFrom, int labelsBytes) throws IOException {
        int length = name.length + labelsBytes + 3;
        if (length > CHUNK_BYTES) {
            put(name);
            if (labelsBytes > 0) {
                put('{');
                put(labels, labelsFrom, labelsBytes);
                put('}');
            }
            put(' ');
            return;
        }
        makeRoom(length);
        byte[] to = chunk;
        int at = size;
        System.arraycopy(name, 0, to, at, name.length);
        at += name.length;
        if (labelsBytes > 0) {
            to[at++] = '{';
            System.arraycopy(labels, labelsFrom, to, at, labelsBytes);
            at += labelsBytes;
            to[at++] = '}';
        }
        to[at++] = ' ';
        size = at;
    }

    /**
     * The lines of all buckets of a point: the same up to the bound, the bound, and the count. Heads and bounds are copied in sizes that need
     * no look at single bytes; what is too much is overwritten.
     *
     * @param counts cumulative, one for each bound
     */
    void putBuckets(byte[] head, int headBytes, TextBounds bounds, long[] counts) throws IOException {
        int copied = Math.min(headBytes + HEAD_UNIT - 1 & -HEAD_UNIT, head.length);
        int most = copied + 2 * FixedWidthCopy.BYTES;
        if (most > CHUNK_BYTES) {
            for (int i = 0; i < bounds.size(); i++) {
                putBucket(head, headBytes, bounds, i, counts[i]);
                put('\n');
            }
            return;
        }
        byte[] to = chunk;
        byte[] text = bounds.text();
        int[] lengths = bounds.lengths();
        int at = size;
        for (int i = 0; i < lengths.length; i++) {
            if (most > CHUNK_BYTES - at) {
                size = at;
                handOver();
                at = size;
            }
            System.arraycopy(head, 0, to, at, copied);
            at += headBytes;
            FixedWidthCopy.copy(text, i * FixedWidthCopy.BYTES, to, at);
            at += lengths[i];
            at = Decimals.put(counts[i], to, at);
            to[at++] = '\n';
        }
        size = at;
    }

    /** One of them, without the end of its line. */
    void putBucket(byte[] head, int headBytes, TextBounds bounds, int place, long count) throws IOException {
        put(head, 0, headBytes);
        put(bounds.text(), place * FixedWidthCopy.BYTES, bounds.lengths()[place]);
        put(count);
    }

    /** An integer. */
    public void put(long value) throws IOException {
        makeRoom(Decimals.MAX_BYTES);
        size = Decimals.put(value, chunk, size);
    }

    /** Any double. */
    public void put(double value) throws IOException {
        if (Double.isInfinite(value)) {
            put(value > 0 ? PLUS_INF : MINUS_INF);
            return;
        }
        makeRoom(Decimals.MAX_BYTES);
        int end = Decimals.putWhole(value, chunk, size);
        size = end >= 0 ? end : Decimals.put(value, chunk, size, digits);
    }

    /** Seconds, as the double nearest to that many nanoseconds is written. */
    public void putSeconds(long nanos) throws IOException {
        makeRoom(Decimals.MAX_BYTES);
        int end = Decimals.putSeconds(nanos, chunk, size);
        if (end >= 0) {
            size = end;
        } else {
            put(nanos / Decimals.NANOS_PER_SECOND);
        }
    }

    /** Seconds with three places, as OpenMetrics has the time of an exemplar. */
    void putTimestamp(long millis) throws IOException {
        put(millis / 1000);
        put('.');
        long rest = millis % 1000;
        put((char) ('0' + rest / 100));
        put((char) ('0' + rest / 10 % 10));
        put((char) ('0' + rest % 10));
    }

    /** A stream into this output that keeps the last bytes to itself, such as a footer that is to come later. */
    OutputStream without(int lastBytes) {
        return new TailDroppingOutputStream(this, lastBytes);
    }

    private void makeRoom(int bytes) throws IOException {
        if (bytes > CHUNK_BYTES - size) {
            handOver();
        }
    }

    private void handOver() throws IOException {
        if (size > 0) {
            out.write(chunk, 0, size);
            size = 0;
        }
    }
}
