package dev.percpu.exposition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * The upper bounds of a histogram's buckets as text. Immutable.
 *
 * <p>The text of a bound is the rest of a bucket's line before the count: {@code 0.005"} } and a space. Each has a slot of {@link
 * #SLOT_BYTES} bytes, which is enough for the longest double of 24 characters. A text is copied with its whole slot, because
 * {@link System#arraycopy} is a call if the length is not constant.
 */
public final class TextBounds {
    static final int SLOT_BYTES = 32;

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private final byte[] text;
    private final int[] lengths;

    private TextBounds(byte[] text, int[] lengths) {
        this.text = text;
        this.lengths = lengths;
    }

    /** Converts bounds to text. */
    public static TextBounds of(double[] bounds) {
        byte[] text = new byte[bounds.length * SLOT_BYTES];
        int[] lengths = new int[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            String bound = bounds[i] == Double.POSITIVE_INFINITY ? "+Inf" : Double.toString(bounds[i]);
            byte[] end = (bound + "\"} ").getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(end, 0, text, i * SLOT_BYTES, end.length);
            lengths[i] = end.length;
        }
        return new TextBounds(text, lengths);
    }

    /** Copies {@link #SLOT_BYTES} bytes to another array. Loads and stores alternate, so that one register suffices. */
    static void copySlot(byte[] source, int from, byte[] target, int to) {
        LONGS.set(target, to, (long) LONGS.get(source, from));
        LONGS.set(target, to + 8, (long) LONGS.get(source, from + 8));
        LONGS.set(target, to + 16, (long) LONGS.get(source, from + 16));
        LONGS.set(target, to + 24, (long) LONGS.get(source, from + 24));
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
