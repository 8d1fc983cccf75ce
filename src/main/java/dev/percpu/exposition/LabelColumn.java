package dev.percpu.exposition;

import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The labels of many points as text, in one array. Immutable. */
public final class LabelColumn {
    private final byte[] text;

    /** The end of each point's labels in the text. */
    private final int[] ends;

    private LabelColumn(byte[] text, int[] ends) {
        this.text = text;
        this.ends = ends;
    }

    /** Converts labels to text. Returns null if a label name needs quotation marks, which clients request in different forms. */
    public static @Nullable LabelColumn of(List<Labels> points) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        int[] ends = new int[points.size()];
        for (int i = 0; i < ends.length; i++) {
            byte[] labels = TextLabels.of(points.get(i));
            if (labels == null) {
                return null;
            }
            text.writeBytes(labels);
            ends[i] = text.size();
        }
        return new LabelColumn(text.toByteArray(), ends);
    }

    /**
     * Creates a column of points of this column and new points. Only the labels of new points are converted.
     *
     * @param sources for each point its index in this column, or {@code -1 - i} for the new point {@code i}
     * @param added labels of the new points
     * @return null if a new label name needs quotation marks
     */
    public @Nullable LabelColumn merge(int[] sources, List<Labels> added) {
        LabelColumn addedColumn = of(added);
        if (addedColumn == null) {
            return null;
        }
        int[] newEnds = new int[sources.length];
        int size = 0;
        for (int i = 0; i < sources.length; i++) {
            size += sources[i] >= 0 ? length(sources[i]) : addedColumn.length(-1 - sources[i]);
            newEnds[i] = size;
        }
        byte[] newText = new byte[size];
        int to = 0;
        for (int i = 0; i < sources.length; i++) {
            LabelColumn column = sources[i] >= 0 ? this : addedColumn;
            int index = sources[i] >= 0 ? sources[i] : -1 - sources[i];
            System.arraycopy(column.text, column.start(index), newText, to, column.length(index));
            to = newEnds[i];
        }
        return new LabelColumn(newText, newEnds);
    }

    private int start(int index) {
        return index == 0 ? 0 : ends[index - 1];
    }

    private int length(int index) {
        return ends[index] - start(index);
    }

    /** Sets the labels of a point as the labels of the writer's next samples. */
    public void point(int index, SampleWriter out) {
        out.point(text, start(index), length(index));
    }
}
