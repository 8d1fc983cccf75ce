package dev.percpu.meter;

import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.DataPointSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot.GaugeDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot.HistogramDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.Collection;
import java.util.List;

/** Name, help and kind of a Prometheus metric family. Immutable. */
record Family(MetricMetadata metadata, Kind kind) {
    String name() {
        return metadata.getPrometheusName();
    }

    /** What a family can be; each kind knows its snapshot. */
    enum Kind {
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

        private final String inWords;

        Kind(String inWords) {
            this.inWords = inWords;
        }

        /**
         * @throws ClassCastException if a point is of another kind
         * @throws IllegalArgumentException if two points have the same labels
         */
        abstract MetricSnapshot snapshot(MetricMetadata metadata, Collection<DataPointSnapshot> points);

        private static <P extends DataPointSnapshot> List<P> cast(Collection<DataPointSnapshot> points, Class<P> type) {
            return points.stream().map(type::cast).toList();
        }

        @Override
        public String toString() {
            return inWords;
        }
    }
}
