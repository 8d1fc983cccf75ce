package dev.percpu.family;

import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.List;
import java.util.function.Supplier;

/** A long task timer in a scrape: a summary or histogram, and a gauge of the maximum. */
public final class DistributionSeries implements Series {
    private final Family main;
    private final Family max;
    private final Labels labels;
    private final long createdMillis;
    private final Supplier<Distribution> reader;

    /**
     * @param main a summary or a histogram, as the reader publishes buckets or not
     * @throws IllegalArgumentException if a label has a name that the family needs itself
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
     * @throws IllegalArgumentException if a label has a name that such a family needs itself
     */
    static void checkReserved(Family.Kind kind, Labels labels) {
        String reserved = switch (kind) {
            case SUMMARY -> "quantile";
            case HISTOGRAM, GAUGE_HISTOGRAM -> "le";
            case COUNTER, GAUGE, INFO -> null;
        };
        if (reserved != null && labels.contains(reserved)) {
            throw new IllegalArgumentException("the label " + reserved + " is reserved in a " + kind);
        }
    }

    @Override
    public void collect(FamilyValues values) {
        add(reader.get(), main, max, labels, createdMillis, values);
    }

    /** Adds a distribution to the family of its kind, and its maximum to the other. */
    public static void add(
            Distribution now, Family main, Family max, Labels labels, long createdMillis, FamilyValues values) {
        values.add(main, now.point(labels, createdMillis));
        values.add(max, new GaugeDataPointSnapshot(now.max(), labels, null));
    }
}
