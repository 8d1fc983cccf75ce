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

    /**
     * A column of points of this one and others, whose labels alone are made into text.
     *
     * @param places for each point its place in this column, or {@code -1 - i} for the others' number i
     * @return null as in {@link #of}
     */
    public @Nullable LabelColumn with(int[] places, List<Labels> others) {
        LabelColumn added = of(others);
        if (added == null) {
            return null;
        }
        int[] newEnds = new int[places.length];
        int size = 0;
        for (int i = 0; i < places.length; i++) {
            size += places[i] >= 0 ? length(places[i]) : added.length(-1 - places[i]);
            newEnds[i] = size;
        }
        byte[] newText = new byte[size];
        int to = 0;
        for (int i = 0; i < places.length; i++) {
            LabelColumn column = places[i] >= 0 ? this : added;
            int place = places[i] >= 0 ? places[i] : -1 - places[i];
            System.arraycopy(column.text, column.start(place), newText, to, column.length(place));
            to = newEnds[i];
        }
        return new LabelColumn(newText, newEnds);
    }

    private int start(int place) {
        return place == 0 ? 0 : ends[place - 1];
    }

    private int length(int place) {
        return ends[place] - start(place);
    }

    /** What is written next has the labels of this point. */
    public void point(int place, SampleWriter out) {
        out.point(text, start(place), length(place));
    }
}
