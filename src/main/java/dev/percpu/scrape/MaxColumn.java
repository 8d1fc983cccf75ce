package dev.percpu.scrape;

import dev.percpu.meter.CellMeter;
import dev.percpu.meter.WindowedMax;
import dev.percpu.shard.MaxDrainer;
import dev.percpu.shard.ObservationCell;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The maxima of many meters, one after the other, so that a scrape need not look for each meter. Thread-safe. */
final class MaxColumn {
    private final MaxDrainer maxima;
    private final WindowedMax[] windows;

    /**
     * @param meters timers and summaries
     */
    MaxColumn(List<CellMeter> meters) {
        List<ObservationCell> cells = new ArrayList<>(meters.size());
        windows = new WindowedMax[meters.size()];
        for (CellMeter meter : meters) {
            windows[cells.size()] = Objects.requireNonNull(meter.windowedMax());
            cells.add((ObservationCell) meter.cell());
        }
        maxima = MaxDrainer.of(cells);
    }

    /**
     * Takes note of what the cells hold.
     *
     * @param largest where the largest amounts of the last windows go
     */
    void drain(long nowMillis, double[] largest) {
        WindowedMax.takeMany(
                () -> maxima.drain((place, taken) -> largest[place] = windows[place].note(taken, nowMillis)));
    }
}
