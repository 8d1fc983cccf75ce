package dev.percpu.family;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Label;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The series of a long task timer: a summary or histogram, and a gauge of the maximum. Thread-safe. */
public final class DistributionSeries implements Series {
    private final Family main;
    private final Family max;
    private final Labels labels;
    private final long createdMillis;
    private final Supplier<Distribution> reader;

    /**
     * @param main a histogram family if the reader's distributions have buckets, otherwise a summary family
     * @param createdMillis wall-clock time of registration, in milliseconds
     * @param reader reads the current values
     * @throws IllegalArgumentException if the name of a label is reserved in the main family
     */
    public DistributionSeries(
            Family main, Family max, Labels labels, long createdMillis, Supplier<Distribution> reader) {
        checkReserved(main.kind(), labels);
        this.main = main;
        this.max = max;
        this.labels = labels;
        this.createdMillis = createdMillis;
        this.reader = reader;
    }

    @Override
    public List<Family> families() {
        return List.of(main, max);
    }

    /**
     * Checks that no label has the name of a label that the text formats add themselves.
     *
     * @throws IllegalArgumentException if the name of a label is reserved
     */
    static void checkReserved(Family.Kind kind, Labels labels) {
        String reserved = switch (kind) {
            case SUMMARY -> "quantile";
            case HISTOGRAM, GAUGE_HISTOGRAM -> "le";
            case COUNTER, GAUGE, INFO -> null;
        };
        if (reserved != null && labels.contains(reserved)) {
            throw new IllegalArgumentException("label names of a " + kind + " must not include " + reserved
                    + ", but were " + labels.stream().map(Label::getName).toList());
        }
    }

    @Override
    public void collect(FamilyValues values) {
        add(reader.get(), main, max, labels, createdMillis, values);
    }

    /**
     * Adds a distribution to the main family, and its maximum to the family of the maxima.
     *
     * @param max null if there is no such family
     */
    public static void add(
            Distribution distribution,
            Family main,
            @Nullable Family max,
            Labels labels,
            long createdMillis,
            FamilyValues values) {
        values.add(main, distribution.point(labels, createdMillis));
        if (max != null) {
            values.add(max, new GaugeDataPointSnapshot(distribution.max(), labels, null));
        }
    }
}
