package dev.percpu.scrape;

import dev.percpu.shard.CellColumn;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.CellStore;
import org.jspecify.annotations.Nullable;

/**
 * Access to the cells of a store during one scrape, by snapshot and by column. Confined to the thread that creates it, which must close it.
 *
 * <p>Most scrapes need columns only, which take little memory. A snapshot takes memory for all cells; it is created when the first meter
 * needs it.
 */
final class ScrapeCells implements AutoCloseable {
    private final CellStore store;
    private final long[] words;
    private @Nullable CellSnapshot snapshot;
    private CellColumn.@Nullable Reader reader;

    /**
     * @param words memory of {@link CellColumn.Reader#WORDS} words, which the next scrape can use
     */
    ScrapeCells(CellStore store, long[] words) {
        this.store = store;
        this.words = words;
    }

    /** Returns the sums of all cells, computed by the first call. */
    CellSnapshot snapshot() {
        if (snapshot == null) {
            snapshot = store.snapshot();
        }
        return snapshot;
    }

    /** Returns the reader of columns. */
    CellColumn.Reader reader() {
        if (reader == null) {
            reader = new CellColumn.Reader(words);
        }
        return reader;
    }

    @Override
    public void close() {
        if (reader != null) {
            reader.close();
        }
        if (snapshot != null) {
            snapshot.close();
        }
    }
}
