package dev.percpu.exposition;

import java.nio.charset.StandardCharsets;

/** The bounds of a histogram's buckets as both text formats end their label by them: {@code 0.005"} } and a space. */
public final class TextBounds {
    private TextBounds() {}

    /** One for each bound, in their order. */
    public static byte[][] of(double[] bounds) {
        byte[][] texts = new byte[bounds.length][];
        for (int i = 0; i < bounds.length; i++) {
            String bound = bounds[i] == Double.POSITIVE_INFINITY ? "+Inf" : Double.toString(bounds[i]);
            texts[i] = (bound + "\"} ").getBytes(StandardCharsets.US_ASCII);
        }
        return texts;
    }
}
