package dev.percpu.scrape;

import dev.percpu.shard.CellColumn;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.CellStore;
import org.jspecify.annotations.Nullable;

/**
 * Two ways to read cells in one scrape. Most need only columns, and little memory for them; with a meter that has to be asked there is memory
 * for all cells besides. To be used and closed by the thread that made it.
 */
final class ScrapeCells implements AutoCloseable {
    private final CellStore store;
    private @Nullable CellSnapshot totals;
    private CellColumn.@Nullable Reader reader;

    ScrapeCells(CellStore store) {
        this.store = store;
    }

    /** For meters that have to be asked one by one: all cells, added up when this is first called. */
    CellSnapshot totals() {
        if (totals == null) {
            totals = store.snapshot();
        }
        return totals;
    }

    /** For columns. */
    CellColumn.Reader reader() {
        if (reader == null) {
            reader = new CellColumn.Reader();
        }
        return reader;
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
        }
        if (totals != null) {
            totals.close();
        }
    }
}
