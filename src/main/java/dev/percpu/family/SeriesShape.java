package dev.percpu.family;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What meters of one name share in a scrape that agree in kind, help text and tag keys: their families and the names of their labels.
 *
 * <p>Immutable, but for the number of series, which is guarded by the group.
 */
public final class SeriesShape {
    private final SeriesGroup group;
    private final Family main;
    private final @Nullable Family max;

    /** By convention, in the order of the tags. */
    private final String[] labelNames;

    private int series;

    /**
     * @param max the family of the maximum; null if there is none
     * @throws IllegalArgumentException if Prometheus does not take these labels, or a family needs one of them itself
     */
    SeriesShape(SeriesGroup group, Family main, @Nullable Family max, String[] labelNames) {
        this.group = group;
        this.main = main;
        this.max = max;
        this.labelNames = labelNames;
        String[] anyValues = labelNames.clone();
        DistributionSeries.checkReserved(main.kind(), Labels.of(labelNames, anyValues));
    }

    public SeriesGroup group() {
        return group;
    }

    public Family main() {
        return main;
    }

    /** The family of the maximum; the main one if there is none. */
    public Family max() {
        return max == null ? main : max;
    }

    public List<Family> families() {
        return max == null ? List.of(main) : List.of(main, max);
    }

    /** The labels of a meter of this shape: values as they are. Made anew, since they would be most of what a meter takes. */
    public Labels labels(Meter.Id id) {
        String[] values = new String[labelNames.length];
        int i = 0;
        for (Tag tag : id.getTagsAsIterable()) {
            values[i++] = tag.getValue();
        }
        return Labels.of(labelNames, values);
    }

    /** Counts one series more; whether it is the first. */
    public boolean enter() {
        return ++series == 1;
    }

    boolean isUsed() {
        return series > 0;
    }

    /** Counts one series less; whether it was the last. */
    public boolean leave() {
        return --series == 0;
    }
}
