package dev.percpu.meter;

import dev.percpu.shard.Totals;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.NativeHistogramBuckets;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.List;
import java.util.function.Function;

/** A timer, summary or long task timer in a scrape: a summary or histogram, and a gauge of the maximum. */
final class DistributionSeries implements Series {
    private final Family main;
    private final Family max;
    private final Labels labels;
    private final long createdMillis;
    private final Function<Totals, Distribution> reader;

    /**
     * @param main a summary or a histogram, as the reader publishes buckets or not
     * @throws IllegalArgumentException if a label has a name that the family needs itself
     */
    DistributionSeries(
            Family main, Family max, Labels labels, long createdMillis, Function<Totals, Distribution> reader) {
        String reserved = main.kind() == Family.Kind.SUMMARY ? "quantile" : "le";
        if (labels.contains(reserved)) {
            throw new IllegalArgumentException("the label " + reserved + " is reserved in a " + main.kind());
        }
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

    @Override
    public void collect(Totals totals, FamilyValues values) {
        Distribution now = reader.apply(totals);
        values.add(main, now.buckets() == null && now.exponential() == null ? summary(now) : histogram(now));
        values.add(max, new GaugeDataPointSnapshot(now.max(), labels, null));
    }

    private DataPointSnapshot summary(Distribution now) {
        return new SummaryDataPointSnapshot(
                now.count(), now.sum(), now.quantiles(), labels, now.exemplars(), createdMillis);
    }

    private DataPointSnapshot histogram(Distribution now) {
        ClassicHistogramBuckets classic = now.buckets() == null ? ClassicHistogramBuckets.EMPTY : now.buckets();
        NativeCounts exponential = now.exponential();
        if (exponential == null) {
            return new HistogramDataPointSnapshot(classic, now.sum(), labels, now.exemplars(), createdMillis);
        }
        return new HistogramDataPointSnapshot(
                classic,
                exponential.schema(),
                exponential.zeroCount(),
                exponential.zeroThreshold(),
                exponential.buckets(),
                NativeHistogramBuckets.EMPTY,
                now.sum(),
                labels,
                now.exemplars(),
                createdMillis);
    }
}
