package dev.percpu.family;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.shard.CellColumn;
import java.io.IOException;

/**
 * A writer of data points in a text format that reads nothing but cells. Immutable and thread-safe.
 *
 * <p>If the writers of all meters of a family are equal, a scrape writes the family from its cells and does not read the meters.
 */
public interface PointWriter {
    /**
     * Writes the samples of one data point.
     *
     * @param index position of the point's cells in the column
     * @param out a writer that has the labels of the point
     */
    void write(CellColumn.Cursor cells, int index, SampleWriter out) throws IOException;
}
