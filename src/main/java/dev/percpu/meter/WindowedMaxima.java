package dev.percpu.meter;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/** The maxima of many meters, which a scrape reads together. Immutable and thread-safe. */
public final class WindowedMaxima {
    private final MaxColumns[] columns;
    private final int[] indexes;
    private final Consumer<double[]> drainer;

    /**
     * Creates a list of maxima in this order, with a drainer of their meters that a test may replace.
     *
     * @param drainer drains the meters: stores the largest amount of each since the last call, 0 if there was none
     */
    WindowedMaxima(List<WindowedMax> maxima, Consumer<double[]> drainer) {
        this.columns = maxima.stream().map(max -> max.columns).toArray(MaxColumns[]::new);
        this.indexes = maxima.stream().mapToInt(max -> max.index).toArray();
        this.drainer = drainer;
    }

    /** Returns the maxima of timers or of summaries, in the order of the meters. */
    public static WindowedMaxima of(List<? extends CellMeter> meters) {
        ObservationMeter[] observed =
                meters.stream().map(ObservationMeter.class::cast).toArray(ObservationMeter[]::new);
        return new WindowedMaxima(
                Arrays.stream(observed).map(ObservationMeter::windowedMax).toList(),
                maxima -> ObservationMeter.drainMaxima(observed, maxima));
    }

    /**
     * Drains all meters. Other reads wait, because an amount that is drained and not yet added to its windows would be missing from them.
     *
     * @param nowMillis wall-clock time
     * @param results receives the largest amount of each meter's last windows; may be longer than the number of meters
     */
    public void poll(long nowMillis, double[] results) {
        MaxColumns.drainMany(() -> {
            drainer.accept(results);
            for (int i = 0; i < indexes.length; i++) {
                results[i] = columns[i].add(indexes[i], results[i], nowMillis);
            }
        });
    }
}
