package dev.percpu.family;

import dev.percpu.exposition.LabelColumn;
import dev.percpu.exposition.SampleWriter;
import dev.percpu.shard.CellColumn;
import io.prometheus.metrics.model.snapshots.Exemplars;
import java.io.IOException;

/**
 * A writer of data points in a text format that reads the values from cells, not from meters. Immutable and thread-safe.
 *
 * <p>If the writers of all meters of a family are equal, a scrape writes the family from its cells.
 */
public interface PointWriter {
    /**
     * Writes the samples of one data point.
     *
     * @param index position of the point's cells in the column
     * @param exemplars exemplars of the point, with values in the base unit
     * @param out a writer that has the labels of the point
     */
    void write(CellColumn.Cursor cells, int index, Exemplars exemplars, SampleWriter out) throws IOException;

    /**
     * Writes the samples of consecutive data points without exemplars.
     *
     * @param labels the labels of all points of the column
     * @param from position of the first point's cells in the column, and of its labels
     * @param count number of points
     */
    default void write(CellColumn.Cursor cells, LabelColumn labels, int from, int count, SampleWriter out)
            throws IOException {
        for (int i = from; i < from + count; i++) {
            out.point(labels, i);
            write(cells, i, Exemplars.EMPTY, out);
        }
    }
}
