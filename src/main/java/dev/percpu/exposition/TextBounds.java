package dev.percpu.exposition;

import java.nio.charset.StandardCharsets;

/**
 * The upper bounds of a histogram's buckets as text. Immutable.
 *
 * <p>The text of a bound is the rest of a bucket's line before the count: {@code 0.005"} } and a space. Each has a slot of {@link
 * FixedWidthCopy#BYTES} bytes, which is enough for the longest double of 24 characters.
 */
public final class TextBounds {
    private final byte[] text;
    private final int[] lengths;

    private TextBounds(byte[] text, int[] lengths) {
        this.text = text;
        this.lengths = lengths;
    }

    /** Converts bounds to text. */
    public static TextBounds of(double[] bounds) {
        byte[] text = new byte[bounds.length * FixedWidthCopy.BYTES];
        int[] lengths = new int[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            String bound = bounds[i] == Double.POSITIVE_INFINITY ? "+Inf" : Double.toString(bounds[i]);
            byte[] end = (bound + "\"} ").getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(end, 0, text, i * FixedWidthCopy.BYTES, end.length);
            lengths[i] = end.length;
        }
        return new TextBounds(text, lengths);
    }

    int size() {
        return lengths.length;
    }

    /** Returns all slots. */
    byte[] text() {
        return text;
    }

    /** Returns the length of each text in its slot. */
    int[] lengths() {
        return lengths;
    }
}
