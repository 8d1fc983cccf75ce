package dev.percpu.exposition;

import java.nio.charset.StandardCharsets;

/**
 * The bounds of a histogram's buckets as both text formats end their label by them: {@code 0.005"} } and a space. Each has a slot: the
 * longest double has 24 characters. Immutable.
 */
public final class TextBounds {
    private final byte[] text;
    private final int[] lengths;

    private TextBounds(byte[] text, int[] lengths) {
        this.text = text;
        this.lengths = lengths;
    }

    /** In that order. */
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

    /** All slots. */
    byte[] text() {
        return text;
    }

    /** Of each bound the bytes in its slot. */
    int[] lengths() {
        return lengths;
    }
}
