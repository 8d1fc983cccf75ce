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
 * Computes the expected family of the per-CPU registry from Micrometer's family. It is the same family with the listed differences. A
 * difference is applied only if the recorded amounts show that it has to occur.
 */
final class Expectation {
    private final Differences differences;
    private final Histories histories;
    private final BiPredicate<String, String> helps;
    private final long nowMillis;
    private final long longestPauseMillis;

    /** The recorded amounts by series. */
    interface Histories {
        /** Returns the amounts that were recorded into a series; null if they are unknown. */
        @Nullable
        History of(String family, DataPointSnapshot point);

        /** Returns how many units of the recorded amounts are one base unit. */
        double unitOf(String family, DataPointSnapshot point);
    }

    /**
     * @param helps returns whether a family has a meter with a help text
     * @param longestPauseMillis longest time for which Micrometer's registry was not read
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

    /** Returns Micrometer's family with the listed differences. */
    MetricSnapshot of(MetricSnapshot micrometer, MetricSnapshot perCpu) {
        MetricSnapshot expected = withValues(micrometer, perCpu);
        String name = micrometer.getMetadata().getPrometheusName();
        String help = perCpu.getMetadata().getHelp();
        boolean differs = !help.equals(micrometer.getMetadata().getHelp());
        if (differs && differences.isListed(WHICH_HELP) && helps.test(name, help)) {
            differences.addFound(WHICH_HELP);
            return withMetadata(
                    expected, new MetricMetadata(micrometer.getMetadata().getName(), help, null));
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

    private MetricSnapshot withValues(MetricSnapshot micrometer, MetricSnapshot perCpu) {
        return switch (micrometer) {
            case CounterSnapshot counter ->
                new CounterSnapshot(
                        counter.getMetadata(), points(counter, perCpu, CounterDataPointSnapshot.class, this::counter));
            case SummarySnapshot summary ->
                new SummarySnapshot(
                        summary.getMetadata(),
                        points(
                                summary,
                                perCpu,
                                SummaryDataPointSnapshot.class,
                                (expected, actual) ->
                                        summary(summary.getMetadata().getPrometheusName(), expected, actual)));
            case HistogramSnapshot histogram ->
                new HistogramSnapshot(
                        histogram.isGaugeHistogram(),
                        histogram.getMetadata(),
                        points(
                                histogram,
                                perCpu,
                                HistogramDataPointSnapshot.class,
                                (expected, actual) ->
                                        histogram(histogram.getMetadata().getPrometheusName(), expected, actual)));
            default -> micrometer;
        };
    }

    private static <P extends DataPointSnapshot> List<P> points(
            MetricSnapshot micrometer, MetricSnapshot perCpu, Class<P> type, BiFunction<P, P, P> expected) {
        List<P> points = new ArrayList<>();
        for (int i = 0; i < micrometer.getDataPoints().size(); i++) {
            P micrometerPoint = type.cast(micrometer.getDataPoints().get(i));
            DataPointSnapshot perCpuPoint =
                    i < perCpu.getDataPoints().size() ? perCpu.getDataPoints().get(i) : null;
            boolean same =
                    type.isInstance(perCpuPoint) && perCpuPoint.getLabels().equals(micrometerPoint.getLabels());
            points.add(same ? expected.apply(micrometerPoint, type.cast(perCpuPoint)) : micrometerPoint);
        }
        return points;
    }

    private CounterDataPointSnapshot counter(CounterDataPointSnapshot micrometer, CounterDataPointSnapshot perCpu) {
        return new CounterDataPointSnapshot(
                sum(micrometer.getValue(), perCpu.getValue()),
                micrometer.getLabels(),
                micrometer.getExemplar(),
                micrometer.getCreatedTimestampMillis());
    }

    private SummaryDataPointSnapshot summary(
            String family, SummaryDataPointSnapshot micrometer, SummaryDataPointSnapshot perCpu) {
        return new SummaryDataPointSnapshot(
                micrometer.getCount(),
                sum(micrometer.getSum(), perCpu.getSum()),
                quantiles(family, micrometer, perCpu),
                micrometer.getLabels(),
                micrometer.getExemplars(),
                micrometer.getCreatedTimestampMillis());
    }

    private HistogramDataPointSnapshot histogram(
            String family, HistogramDataPointSnapshot micrometer, HistogramDataPointSnapshot perCpu) {
        return new HistogramDataPointSnapshot(
                buckets(family, micrometer),
                sum(micrometer.getSum(), perCpu.getSum()),
                micrometer.getLabels(),
                micrometer.getExemplars(),
                micrometer.getCreatedTimestampMillis());
    }

    private double sum(double micrometer, double perCpu) {
        if (perCpu != micrometer && differences.areClose(SUMS_OF_FRACTIONS, perCpu, micrometer)) {
            differences.addFound(SUMS_OF_FRACTIONS);
            return perCpu;
        }
        return micrometer;
    }

    /** Returns the exact counts if Micrometer's are those of amounts that were rounded up; otherwise Micrometer's. */
    private ClassicHistogramBuckets buckets(String family, HistogramDataPointSnapshot micrometer) {
        ClassicHistogramBuckets buckets = micrometer.getClassicBuckets();
        History history = histories.of(family, micrometer);
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
        differences.addFound(EXACT_BUCKETS);
        return ClassicHistogramBuckets.of(bounds, exact);
    }

    private static List<Long> boxed(long[] counts) {
        List<Long> boxed = new ArrayList<>();
        for (long count : counts) {
            boxed.add(count);
        }
        return boxed;
    }

    private Quantiles quantiles(String family, SummaryDataPointSnapshot micrometer, SummaryDataPointSnapshot perCpu) {
        History history = histories.of(family, micrometer);
        if (history == null
                || micrometer.getQuantiles().size() != perCpu.getQuantiles().size()) {
            return micrometer.getQuantiles();
        }
        double unit = histories.unitOf(family, micrometer);
        List<Quantile> expected = new ArrayList<>();
        for (int i = 0; i < micrometer.getQuantiles().size(); i++) {
            Quantile quantile = micrometer.getQuantiles().get(i);
            double perCpuValue = perCpu.getQuantiles().get(i).getValue();
            expected.add(new Quantile(quantile.getQuantile(), quantile(history, unit, quantile, perCpuValue)));
        }
        return Quantiles.of(expected);
    }

    private double quantile(History history, double unit, Quantile micrometer, double perCpu) {
        double value = micrometer.getValue();
        double known = history.percentile(micrometer.getQuantile(), nowMillis) / unit;
        if (value != known
                && differences.isListed(PERCENTILES_AFTER_IDLING)
                && longestPauseMillis > history.toleratedPauseMillis()) {
            differences.addFound(PERCENTILES_AFTER_IDLING);
            value = known;
        }
        double exact = history.exactPercentile(micrometer.getQuantile(), nowMillis) / unit;
        if (perCpu != value
                && history.exceedsHdrRange(nowMillis)
                && differences.areClose(AMOUNTS_FAR_APART, perCpu, exact)) {
            differences.addFound(AMOUNTS_FAR_APART);
            return perCpu;
        }
        if (perCpu != value && history.digits() > 1 && differences.areClose(FINE_PERCENTILES, perCpu, value)) {
            differences.addFound(FINE_PERCENTILES);
            return perCpu;
        }
        return value;
    }
}
