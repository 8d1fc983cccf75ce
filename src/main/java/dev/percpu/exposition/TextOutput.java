package dev.percpu.exposition;

import java.io.IOException;
import java.io.OutputStream;

/**
 * A buffer of one chunk before an output stream, with writers of numbers and of parts of samples. Not thread-safe; reusable.
 *
 * <p>Numbers have the format of the Prometheus client's writers: integers as {@link Long#toString(long)}, doubles as {@link
 * Double#toString(double)}, infinity as {@code +Inf} and {@code -Inf}. Writing allocates nothing.
 */
public final class TextOutput {
    /** The maximum number of buffered bytes. */
    static final int CHUNK_BYTES = 64 * 1024;

    /** Prefixes are copied in multiples of this many bytes: such a copy needs no loop over single bytes. */
    private static final int PREFIX_UNIT = 64;

    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final StringBuilder digits = new StringBuilder(Decimals.MAX_BYTES);
    private OutputStream out = OutputStream.nullOutputStream();
    private int size;

    /** Sets the stream, and discards bytes that a failed scrape has left in the buffer. */
    public TextOutput to(OutputStream out) {
        this.out = out;
        this.size = 0;
        return this;
    }

    /** Writes the buffered bytes to the stream, and drops the stream. It is neither flushed nor closed. */
    public void end() throws IOException {
        flush();
        out = OutputStream.nullOutputStream();
    }

    /** Writes an ASCII character. */
    void put(char ascii) throws IOException {
        ensureFree(1);
        chunk[size++] = (byte) ascii;
    }

    /** Writes bytes. */
    void put(byte[] bytes) throws IOException {
        put(bytes, 0, bytes.length);
    }

    /** Writes a range of an array, which can be longer than a chunk. */
    void put(byte[] bytes, int from, int count) throws IOException {
        if (count <= CHUNK_BYTES - size) {
            System.arraycopy(bytes, from, chunk, size, count);
            size += count;
            return;
        }
        flush();
        if (count <= CHUNK_BYTES) {
            System.arraycopy(bytes, from, chunk, 0, count);
            size = count;
        } else {
            out.write(bytes, from, count);
        }
    }

    /**
     * Writes name and labels of a sample, up to its value.
     *
     * @param labels an array with the labels, from the brace before them to the space after them; only a space if there are none
     */
    void putSample(byte[] name, byte[] labels, int labelsFrom, int labelsBytes) throws IOException {
        size = startLine(name, labels, labelsFrom, labelsBytes);
    }

    /**
     * Writes one line for each of consecutive points: name, labels and a double.
     *
     * @param from index of the first point in {@code labels}
     * @param values the value of each point
     */
    void putLines(byte[] name, LabelColumn labels, int from, double[] values, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            endLine(putDouble(values[i], startLine(name, labels, from + i)));
        }
    }

    /** Writes one line for each of consecutive points: name, labels and nanoseconds as seconds. */
    void putSecondsLines(byte[] name, LabelColumn labels, int from, long[] nanos, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            endLine(putSeconds(nanos[i], startLine(name, labels, from + i)));
        }
    }

    /** Writes two lines for each of consecutive points: an integer, and a double. */
    void putLines(
            byte[] integerName,
            long[] integers,
            byte[] doubleName,
            double[] doubles,
            LabelColumn labels,
            int from,
            int count)
            throws IOException {
        for (int i = 0; i < count; i++) {
            endLine(Decimals.put(integers[i], chunk, startLine(integerName, labels, from + i)));
            endLine(putDouble(doubles[i], startLine(doubleName, labels, from + i)));
        }
    }

    /** Writes two lines for each of consecutive points: an integer, and nanoseconds as seconds. */
    void putSecondsLines(
            byte[] integerName,
            long[] integers,
            byte[] secondsName,
            long[] nanos,
            LabelColumn labels,
            int from,
            int count)
            throws IOException {
        for (int i = 0; i < count; i++) {
            endLine(Decimals.put(integers[i], chunk, startLine(integerName, labels, from + i)));
            endLine(putSeconds(nanos[i], startLine(secondsName, labels, from + i)));
        }
    }

    private int startLine(byte[] name, LabelColumn labels, int point) throws IOException {
        return startLine(name, labels.text(), labels.start(point), labels.length(point));
    }

    /**
     * Writes name and labels after the buffered bytes, with room for a number and a line end after them.
     *
     * @return their end in the chunk, which is not yet the end of the buffered bytes
     */
    private int startLine(byte[] name, byte[] labels, int labelsFrom, int labelsBytes) throws IOException {
        int length = name.length + labelsBytes;
        if (length + Decimals.MAX_BYTES >= CHUNK_BYTES - size) {
            flush();
            if (length + Decimals.MAX_BYTES >= CHUNK_BYTES) {
                put(name);
                put(labels, labelsFrom, labelsBytes);
                flush();
                return 0;
            }
        }
        byte[] to = chunk;
        int at = size;
        System.arraycopy(name, 0, to, at, name.length);
        at += name.length;
        System.arraycopy(labels, labelsFrom, to, at, labelsBytes);
        return at + labelsBytes;
    }

    private void endLine(int at) {
        chunk[at] = '\n';
        size = at + 1;
    }

    /**
     * Writes the lines of all buckets of a point: a common prefix, the bound, and the count.
     *
     * <p>Prefixes and bounds are copied in fixed sizes. The surplus bytes are overwritten by what follows.
     *
     * @param prefix an array that begins with the prefix
     * @param counts the cumulative count of each bound
     */
    void putBuckets(byte[] prefix, int prefixBytes, TextBounds bounds, long[] counts) throws IOException {
        int copied = Math.min(prefixBytes + PREFIX_UNIT - 1 & -PREFIX_UNIT, prefix.length);
        int maxLineBytes = copied + 2 * TextBounds.SLOT_BYTES;
        if (maxLineBytes > CHUNK_BYTES) {
            for (int i = 0; i < bounds.size(); i++) {
                putBucket(prefix, prefixBytes, bounds, i, counts[i]);
                put('\n');
            }
            return;
        }
        byte[] to = chunk;
        byte[] text = bounds.text();
        int[] lengths = bounds.lengths();
        int at = size;
        for (int i = 0; i < lengths.length; i++) {
            if (maxLineBytes > CHUNK_BYTES - at) {
                size = at;
                flush();
                at = size;
            }
            System.arraycopy(prefix, 0, to, at, copied);
            at += prefixBytes;
            TextBounds.copySlot(text, i * TextBounds.SLOT_BYTES, to, at);
            at += lengths[i];
            at = Decimals.put(counts[i], to, at);
            to[at++] = '\n';
        }
        size = at;
    }

    /** Writes the line of one bucket, without a line end. */
    void putBucket(byte[] prefix, int prefixBytes, TextBounds bounds, int index, long count) throws IOException {
        put(prefix, 0, prefixBytes);
        put(bounds.text(), index * TextBounds.SLOT_BYTES, bounds.lengths()[index]);
        put(count);
    }

    /** Writes an integer. */
    void put(long value) throws IOException {
        ensureFree(Decimals.MAX_BYTES);
        size = Decimals.put(value, chunk, size);
    }

    /** Writes a double. */
    void put(double value) throws IOException {
        ensureFree(Decimals.MAX_BYTES);
        size = putDouble(value, size);
    }

    /** Writes nanoseconds as seconds, in the format of the double that is nearest to them. */
    void putSeconds(long nanos) throws IOException {
        ensureFree(Decimals.MAX_BYTES);
        size = putSeconds(nanos, size);
    }

    private int putDouble(double value, int from) {
        int end = Decimals.putWhole(value, chunk, from);
        return end >= 0 ? end : Decimals.put(value, chunk, from, digits);
    }

    private int putSeconds(long nanos, int from) {
        int end = Decimals.putSeconds(nanos, chunk, from);
        return end >= 0 ? end : Decimals.put(nanos / Decimals.NANOS_PER_SECOND, chunk, from, digits);
    }

    /** Writes milliseconds as seconds with three decimals, the format of an exemplar's time in OpenMetrics. */
    void putTimestamp(long millis) throws IOException {
        put(millis / 1000);
        put('.');
        long rest = millis % 1000;
        put((char) ('0' + rest / 100));
        put((char) ('0' + rest / 10 % 10));
        put((char) ('0' + rest % 10));
    }

    /** Returns a stream to this output that drops the last bytes, such as an end marker. */
    OutputStream withoutTail(int tailBytes) {
        return new TailDroppingOutputStream(tailBytes);
    }

    private void ensureFree(int bytes) throws IOException {
        if (bytes > CHUNK_BYTES - size) {
            flush();
        }
    }

    private void flush() throws IOException {
        if (size > 0) {
            out.write(chunk, 0, size);
            size = 0;
        }
    }

    /** A stream that writes all bytes but the last ones. It holds back as many bytes as it drops. */
    private final class TailDroppingOutputStream extends OutputStream {
        private final byte[] held;
        private int count;

        private TailDroppingOutputStream(int tailBytes) {
            this.held = new byte[tailBytes];
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int from, int length) throws IOException {
            int surplus = count + length - held.length;
            int heldBytes = Math.clamp(surplus, 0, count);
            put(held, 0, heldBytes);
            System.arraycopy(held, heldBytes, held, 0, count - heldBytes);
            count -= heldBytes;
            int newBytes = Math.max(0, surplus) - heldBytes;
            put(bytes, from, newBytes);
            System.arraycopy(bytes, from + newBytes, held, count, length - newBytes);
            count += length - newBytes;
        }
    }
}
