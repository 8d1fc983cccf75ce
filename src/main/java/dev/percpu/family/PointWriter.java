package dev.percpu.family;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.shard.CellColumn;
import java.io.IOException;

/**
 * Writes points of a family in a text format out of their cells alone. When the writers of all its meters are equal, a family is written
 * without a look at any of them. Immutable.
 */
public interface PointWriter {
    /**
     * @param place of the point's cells
     * @param out has been told the point's labels
     */
    void write(CellColumn.Cursor cells, int place, SampleWriter out) throws IOException;
}
