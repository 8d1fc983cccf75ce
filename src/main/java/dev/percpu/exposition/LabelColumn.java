package dev.percpu.exposition;

import io.prometheus.metrics.model.snapshots.Labels;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The labels of many points as text, in one array. Immutable.
 *
 * <p>The text of a point is all that a sample's line has between its name and its value: {@code {method="GET"} } and a space. So a line
 * copies it as one block.
 */
public final class LabelColumn {
    /** The text of a point without labels. */
    static final byte[] NONE = {' '};

    private final byte[] text;

    /** The index of each point's first byte in the text, and the length of the text. */
    private final int[] starts;

    private LabelColumn(byte[] text, int[] starts) {
        this.text = text;
        this.starts = starts;
    }

    /** Converts labels to text. Returns null if a label name needs quotation marks, which clients request in different forms. */
    public static @Nullable LabelColumn of(List<Labels> points) {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        int[] starts = new int[points.size() + 1];
        for (int i = 0; i < points.size(); i++) {
            byte[] labels = TextLabels.of(points.get(i));
            if (labels == null) {
                return null;
            }
            if (labels.length > 0) {
                text.write('{');
                text.writeBytes(labels);
                text.write('}');
            }
            text.write(' ');
            starts[i + 1] = text.size();
        }
        return new LabelColumn(text.toByteArray(), starts);
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
        int[] newStarts = new int[sources.length + 1];
        int size = 0;
        for (int i = 0; i < sources.length; i++) {
            size += sources[i] >= 0 ? length(sources[i]) : addedColumn.length(-1 - sources[i]);
            newStarts[i + 1] = size;
        }
        byte[] newText = new byte[size];
        for (int i = 0; i < sources.length; i++) {
            LabelColumn column = sources[i] >= 0 ? this : addedColumn;
            int index = sources[i] >= 0 ? sources[i] : -1 - sources[i];
            System.arraycopy(column.text, column.start(index), newText, newStarts[i], column.length(index));
        }
        return new LabelColumn(newText, newStarts);
    }

    /** Returns the text of all points, one after the other. */
    byte[] text() {
        return text;
    }

    /** Returns the index of a point's first byte in the text. For the number of points it returns the length of the text. */
    int start(int index) {
        return starts[index];
    }

    /** Returns the length of a point's labels in bytes. */
    int length(int index) {
        return starts[index + 1] - starts[index];
    }
}
