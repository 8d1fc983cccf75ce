package dev.percpu.meter;

import dev.percpu.histogram.BucketLayout;
import io.micrometer.core.instrument.distribution.HistogramSnapshot;
import io.micrometer.core.instrument.distribution.ValueAtPercentile;
import java.io.PrintStream;
import java.util.function.BiConsumer;
import org.HdrHistogram.DoubleHistogram;
import org.jspecify.annotations.Nullable;

/** What timers and summaries tell out of the counts of their cells. */
final class Snapshots {
    private static final ValueAtPercentile[] NO_PERCENTILES = {};

    private Snapshots() {}

    /** Micrometer's own snapshot, in the unit of the amounts. */
    static HistogramSnapshot of(
            BucketLayout layout,
            @Nullable Percentiles percentiles,
            long count,
            double total,
            double max,
            long[] cellCounts) {
        if (percentiles == null) {
            return new HistogramSnapshot(count, total, max, NO_PERCENTILES, layout.counts(cellCounts), null);
        }
        DoubleHistogram recent = percentiles.recent(cellCounts);
        BiConsumer<PrintStream, Double> summary = recent::outputPercentileDistribution;
        return new HistogramSnapshot(count, total, max, percentiles.of(recent), layout.counts(cellCounts), summary);
    }

    /** The percentiles that a scrape shows: none beside a histogram, since a family is one or the other. */
    static ValueAtPercentile[] exposed(BucketLayout layout, @Nullable Percentiles percentiles, long[] cellCounts) {
        if (percentiles == null) {
            return NO_PERCENTILES;
        }
        if (layout.publishesHistogram()) {
            percentiles.note(cellCounts);
            return NO_PERCENTILES;
        }
        return percentiles.of(percentiles.recent(cellCounts));
    }
}
