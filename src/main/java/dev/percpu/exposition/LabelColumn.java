package dev.percpu.exposition;

import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The labels of many points as text, one after the other, as a scrape needs them. Immutable. */
public final class LabelColumn {
    private final byte[] text;

    /** Of each point's labels. */
    private final int[] ends;

    private LabelColumn(byte[] text, int[] ends) {
        this.text = text;
        this.ends = ends;
    }

    /** In that order; null if the name of a label has to be quoted: how then depends on what the client can read. */
    public static @Nullable LabelColumn of(List<Labels> points) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        int[] ends = new int[points.size()];
        for (int place = 0; place < ends.length; place++) {
            byte[] labels = TextLabels.of(points.get(place));
            if (labels == null) {
                return null;
            }
            text.writeBytes(labels);
            ends[place] = text.size();
        }
        return new LabelColumn(text.toByteArray(), ends);
    }

    /** What is written next has the labels of this point. */
    public void point(int place, SampleWriter out) {
        int from = place == 0 ? 0 : ends[place - 1];
        out.point(text, from, ends[place] - from);
    }
}
