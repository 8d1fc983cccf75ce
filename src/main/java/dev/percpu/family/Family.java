package dev.percpu.family;

import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The name, help text and kind of a Prometheus metric family. Immutable and thread-safe.
 *
 * @param exact whether the text format 0.0.4 writes the name unchanged: that of a counter without {@code _total}
 */
public record Family(MetricMetadata metadata, Kind kind, boolean exact) {
    /** Creates a family whose counters have names with {@code _total}. */
    public Family(MetricMetadata metadata, Kind kind) {
        this(metadata, kind, false);
    }

    public String name() {
        return metadata.getPrometheusName();
    }

    /** Returns the names of the samples in all formats. */
    List<String> sampleNames() {
        List<String> suffixes = switch (kind) {
            case COUNTER -> List.of("", "_total");
            case GAUGE -> List.of("");
            case INFO -> List.of("_info");
            case SUMMARY -> List.of("", "_count", "_sum");
            case HISTOGRAM -> List.of("_bucket", "_count", "_sum");
            case GAUGE_HISTOGRAM -> List.of("_bucket", "_gcount", "_gsum", "_count", "_sum");
        };
        return suffixes.stream().map(suffix -> name() + suffix).toList();
    }

    /** Returns a family of this name and kind with one data point. The point has every part of its kind but labels. */
    public MetricSnapshot example() {
        return example(kind);
    }

    /** Returns whether the text format 0.0.4 must not append {@code _total}. */
    public boolean isExactCounter() {
        return exact && kind == Kind.COUNTER;
    }

    /** Returns a gauge of this name with one data point without labels. */
    public MetricSnapshot gaugeExample() {
        return example(Kind.GAUGE);
    }

    private MetricSnapshot example(Kind kind) {
        DataPointSnapshot point = switch (kind) {
            case COUNTER -> new CounterDataPointSnapshot(1, Labels.EMPTY, null, 0);
            case GAUGE -> new GaugeDataPointSnapshot(1, Labels.EMPTY, null);
            case INFO -> new InfoDataPointSnapshot(Labels.EMPTY);
            case SUMMARY ->
                new SummaryDataPointSnapshot(1, 1, Quantiles.of(new Quantile(1, 1)), Labels.EMPTY, Exemplars.EMPTY, 0);
            case HISTOGRAM, GAUGE_HISTOGRAM ->
                new HistogramDataPointSnapshot(
                        ClassicHistogramBuckets.of(new double[] {Double.POSITIVE_INFINITY}, new long[] {1}),
                        1,
                        Labels.EMPTY,
                        Exemplars.EMPTY,
                        0);
        };
        return kind.snapshot(metadata, List.of(point));
    }

    /** The kinds of families, each with a factory of its snapshots. */
    public enum Kind {
        COUNTER("counter") {
            @Override
            MetricSnapshot snapshot(MetricMetadata metadata, Collection<DataPointSnapshot> points) {
                return new CounterSnapshot(metadata, cast(points, CounterDataPointSnapshot.class));
            }
        },
        GAUGE("gauge") {
            @Override
            MetricSnapshot snapshot(MetricMetadata metadata, Collection<DataPointSnapshot> points) {
                return new GaugeSnapshot(metadata, cast(points, GaugeDataPointSnapshot.class));
            }
        },
        INFO("info") {
            @Override
            MetricSnapshot snapshot(MetricMetadata metadata, Collection<DataPointSnapshot> points) {
                return new InfoSnapshot(metadata, cast(points, InfoDataPointSnapshot.class));
            }
        },
        SUMMARY("summary") {
            @Override
            MetricSnapshot snapshot(MetricMetadata metadata, Collection<DataPointSnapshot> points) {
                return new SummarySnapshot(metadata, cast(points, SummaryDataPointSnapshot.class));
            }
        },
        HISTOGRAM("histogram") {
            @Override
            MetricSnapshot snapshot(MetricMetadata metadata, Collection<DataPointSnapshot> points) {
                return new HistogramSnapshot(false, metadata, cast(points, HistogramDataPointSnapshot.class));
            }
        },
        GAUGE_HISTOGRAM("gauge histogram") {
            @Override
            MetricSnapshot snapshot(MetricMetadata metadata, Collection<DataPointSnapshot> points) {
                return new HistogramSnapshot(true, metadata, cast(points, HistogramDataPointSnapshot.class));
            }
        };

        private final String displayName;

        Kind(String displayName) {
            this.displayName = displayName;
        }

        /**
         * Returns a snapshot with these data points.
         *
         * @throws ClassCastException if a point is of another kind
         * @throws IllegalArgumentException if two points have the same labels
         */
        abstract MetricSnapshot snapshot(MetricMetadata metadata, Collection<DataPointSnapshot> points);

        /** Returns the kind of a snapshot; null if there is none for it, as for state sets and unknown types. */
        public static @Nullable Kind of(MetricSnapshot snapshot) {
            return switch (snapshot) {
                case CounterSnapshot ignored -> COUNTER;
                case GaugeSnapshot ignored -> GAUGE;
                case InfoSnapshot ignored -> INFO;
                case SummarySnapshot ignored -> SUMMARY;
                case HistogramSnapshot histogram -> histogram.isGaugeHistogram() ? GAUGE_HISTOGRAM : HISTOGRAM;
                default -> null;
            };
        }

        private static <P extends DataPointSnapshot> List<P> cast(Collection<DataPointSnapshot> points, Class<P> type) {
            return points.stream().map(type::cast).toList();
        }

        @Override
        public String toString() {
            return displayName;
        }
    }
}
