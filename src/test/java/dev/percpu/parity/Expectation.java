package dev.percpu.parity;

import static dev.percpu.parity.Differences.Kind.AMOUNTS_FAR_APART;
import static dev.percpu.parity.Differences.Kind.EXACT_BUCKETS;
import static dev.percpu.parity.Differences.Kind.FINE_PERCENTILES;
import static dev.percpu.parity.Differences.Kind.PERCENTILES_AFTER_IDLING;
import static dev.percpu.parity.Differences.Kind.SUMS_OF_FRACTIONS;
import static dev.percpu.parity.Differences.Kind.WHICH_HELP;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * What our family should be, given Micrometer's: the same but for the listed differences, each of which is put in only where it can be told
 * from what was recorded.
 */
final class Expectation {
    private final Differences differences;
    private final Histories histories;
    private final BiPredicate<String, String> helps;
    private final long nowMillis;
    private final long longestPauseMillis;

    /** Finds what was recorded into a series. */
    interface Histories {
        @Nullable
        History of(String family, DataPointSnapshot point);

        /** How many of the base unit an amount is. */
        double unitOf(String family, DataPointSnapshot point);
    }

    /**
     * @param helps whether a family has a meter with that help text
     * @param longestPauseMillis for which nobody looked at Micrometer's registry, ever
     */
    Expectation(
            Differences differences,
            Histories histories,
            BiPredicate<String, String> helps,
            long nowMillis,
            long longestPauseMillis) {
        this.helps = helps;
        this.differences = differences;
        this.histories = histories;
        this.nowMillis = nowMillis;
        this.longestPauseMillis = longestPauseMillis;
    }

    /** Theirs with the listed differences of ours. */
    MetricSnapshot of(MetricSnapshot theirs, MetricSnapshot ours) {
        MetricSnapshot expected = withValues(theirs, ours);
        String name = theirs.getMetadata().getPrometheusName();
        String help = ours.getMetadata().getHelp();
        boolean other = !help.equals(theirs.getMetadata().getHelp());
        if (other && differences.isListed(WHICH_HELP) && helps.test(name, help)) {
            differences.saw(WHICH_HELP);
            return withMetadata(
                    expected, new MetricMetadata(theirs.getMetadata().getName(), help, null));
        }
        return expected;
    }

    private static MetricSnapshot withMetadata(MetricSnapshot family, MetricMetadata metadata) {
        return switch (family) {
            case CounterSnapshot counter -> new CounterSnapshot(metadata, counter.getDataPoints());
            case GaugeSnapshot gauge -> new GaugeSnapshot(metadata, gauge.getDataPoints());
            case InfoSnapshot info -> new InfoSnapshot(metadata, info.getDataPoints());
            case SummarySnapshot summary -> new SummarySnapshot(metadata, summary.getDataPoints());
            case HistogramSnapshot histogram ->
                new HistogramSnapshot(histogram.isGaugeHistogram(), metadata, histogram.getDataPoints());
            default -> family;
        };
    }

    private MetricSnapshot withValues(MetricSnapshot theirs, MetricSnapshot ours) {
        return switch (theirs) {
            case CounterSnapshot counter ->
                new CounterSnapshot(
                        counter.getMetadata(),
                        points(counter, ours, CounterDataPointSnapshot.class, (their, our) -> counter(their, our)));
            case SummarySnapshot summary ->
                new SummarySnapshot(
                        summary.getMetadata(),
                        points(
                                summary,
                                ours,
                                SummaryDataPointSnapshot.class,
                                (their, our) -> summary(summary.getMetadata().getPrometheusName(), their, our)));
            case HistogramSnapshot histogram ->
                new HistogramSnapshot(
                        histogram.isGaugeHistogram(),
                        histogram.getMetadata(),
                        points(
                                histogram,
                                ours,
                                HistogramDataPointSnapshot.class,
                                (their, our) ->
                                        histogram(histogram.getMetadata().getPrometheusName(), their, our)));
            default -> theirs;
        };
    }

    private static <P extends DataPointSnapshot> List<P> points(
            MetricSnapshot theirs, MetricSnapshot ours, Class<P> type, BiFunction<P, P, P> expected) {
        List<P> points = new ArrayList<>();
        for (int i = 0; i < theirs.getDataPoints().size(); i++) {
            P their = type.cast(theirs.getDataPoints().get(i));
            DataPointSnapshot our =
                    i < ours.getDataPoints().size() ? ours.getDataPoints().get(i) : null;
            boolean same = type.isInstance(our) && our.getLabels().equals(their.getLabels());
            points.add(same ? expected.apply(their, type.cast(our)) : their);
        }
        return points;
    }

    private CounterDataPointSnapshot counter(CounterDataPointSnapshot theirs, CounterDataPointSnapshot ours) {
        return new CounterDataPointSnapshot(
                sum(theirs.getValue(), ours.getValue()),
                theirs.getLabels(),
                theirs.getExemplar(),
                theirs.getCreatedTimestampMillis());
    }

    private SummaryDataPointSnapshot summary(
            String family, SummaryDataPointSnapshot theirs, SummaryDataPointSnapshot ours) {
        return new SummaryDataPointSnapshot(
                theirs.getCount(),
                sum(theirs.getSum(), ours.getSum()),
                quantiles(family, theirs, ours),
                theirs.getLabels(),
                theirs.getExemplars(),
                theirs.getCreatedTimestampMillis());
    }

    private HistogramDataPointSnapshot histogram(
            String family, HistogramDataPointSnapshot theirs, HistogramDataPointSnapshot ours) {
        return new HistogramDataPointSnapshot(
                buckets(family, theirs),
                sum(theirs.getSum(), ours.getSum()),
                theirs.getLabels(),
                theirs.getExemplars(),
                theirs.getCreatedTimestampMillis());
    }

    private double sum(double theirs, double ours) {
        if (ours != theirs && differences.areClose(SUMS_OF_FRACTIONS, ours, theirs)) {
            differences.saw(SUMS_OF_FRACTIONS);
            return ours;
        }
        return theirs;
    }

    /** Theirs, if they are what rounding up should give, become what it should not have given. */
    private ClassicHistogramBuckets buckets(String family, HistogramDataPointSnapshot theirs) {
        ClassicHistogramBuckets buckets = theirs.getClassicBuckets();
        History history = histories.of(family, theirs);
        if (history == null || !differences.isListed(EXACT_BUCKETS)) {
            return buckets;
        }
        List<Double> bounds = new ArrayList<>();
        List<Long> shown = new ArrayList<>();
        buckets.forEach(bucket -> {
            bounds.add(bucket.getUpperBound());
            shown.add(bucket.getCount());
        });
        List<Long> rounded = boxed(history.countsUpTo(bounds, true));
        List<Long> exact = boxed(history.countsUpTo(bounds, false));
        if (rounded.equals(exact) || !shown.equals(rounded)) {
            return buckets;
        }
        differences.saw(EXACT_BUCKETS);
        return ClassicHistogramBuckets.of(bounds, exact);
    }

    private static List<Long> boxed(long[] counts) {
        List<Long> boxed = new ArrayList<>();
        for (long count : counts) {
            boxed.add(count);
        }
        return boxed;
    }

    private Quantiles quantiles(String family, SummaryDataPointSnapshot theirs, SummaryDataPointSnapshot ours) {
        History history = histories.of(family, theirs);
        if (history == null
                || theirs.getQuantiles().size() != ours.getQuantiles().size()) {
            return theirs.getQuantiles();
        }
        double unit = histories.unitOf(family, theirs);
        List<Quantile> expected = new ArrayList<>();
        for (int i = 0; i < theirs.getQuantiles().size(); i++) {
            Quantile their = theirs.getQuantiles().get(i);
            double our = ours.getQuantiles().get(i).getValue();
            expected.add(new Quantile(their.getQuantile(), quantile(history, unit, their, our)));
        }
        return Quantiles.of(expected);
    }

    private double quantile(History history, double unit, Quantile their, double our) {
        double value = their.getValue();
        double known = history.percentile(their.getQuantile(), nowMillis) / unit;
        if (value != known
                && differences.isListed(PERCENTILES_AFTER_IDLING)
                && longestPauseMillis > history.toleratedPauseMillis()) {
            differences.saw(PERCENTILES_AFTER_IDLING);
            value = known;
        }
        double exact = history.exactPercentile(their.getQuantile(), nowMillis) / unit;
        if (our != value && history.isSpreadWide(nowMillis) && differences.areClose(AMOUNTS_FAR_APART, our, exact)) {
            differences.saw(AMOUNTS_FAR_APART);
            return our;
        }
        if (our != value && history.digits() > 1 && differences.areClose(FINE_PERCENTILES, our, value)) {
            differences.saw(FINE_PERCENTILES);
            return our;
        }
        return value;
    }
}
