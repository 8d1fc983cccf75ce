package dev.percpu.meter;

import dev.percpu.exposition.SampleWriter;
import dev.percpu.shard.Cell;
import dev.percpu.shard.LongObservationCell;
import dev.percpu.shard.Maxima;
import java.io.IOException;
import java.util.List;
import java.util.Objects;

/** The maxima of many meters, one after the other, so that a scrape need not look for each meter. Thread-safe. */
final class MaxColumn {
    private final Maxima maxima;
    private final WindowedMax[] windows;

    /** Of each, whether it is a timer's. */
    private final boolean[] inNanos;

    /**
     * @param meters timers and summaries
     */
    MaxColumn(List<CellMeter> meters) {
        List<Cell> cells = meters.stream().map(CellMeter::cell).toList();
        maxima = Maxima.of(cells);
        windows = new WindowedMax[cells.size()];
        inNanos = new boolean[cells.size()];
        for (int place = 0; place < windows.length; place++) {
            windows[place] = Objects.requireNonNull(meters.get(place).windowedMax());
            inNanos[place] = cells.get(place) instanceof LongObservationCell;
        }
    }

    /**
     * Takes note of what the cells hold.
     *
     * @param largest where the largest amounts of the last windows go
     */
    void drain(long nowMillis, double[] largest) {
        maxima.drain((place, taken) -> largest[place] = windows[place].note(taken, nowMillis));
    }

    /** Writes one of those amounts as a sample. */
    void write(int place, double[] largest, SampleWriter out) throws IOException {
        if (inNanos[place]) {
            out.seconds(SampleWriter.VALUE, (long) largest[place]);
        } else {
            out.value(SampleWriter.VALUE, largest[place], null);
        }
    }
}
