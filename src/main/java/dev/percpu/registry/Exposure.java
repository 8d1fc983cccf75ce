package dev.percpu.registry;

import dev.percpu.family.CustomSeries;
import dev.percpu.family.Distribution;
import dev.percpu.family.DistributionSeries;
import dev.percpu.family.Family;
import dev.percpu.family.GaugeSeries;
import dev.percpu.family.Series;
import dev.percpu.family.SeriesGroup;
import dev.percpu.family.ValueSeries;
import dev.percpu.histogram.BucketLayout;
import dev.percpu.meter.CellMeter;
import dev.percpu.meter.PerCpuCounter;
import dev.percpu.scrape.SeriesIndex;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.NamingConvention;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Makes the series of each kind of meter: names, labels and time of creation are settled here, once. A meter that cannot be exposed is
 * reported with the reason. Thread-safe.
 */
final class Exposure {
    private static final String INFO_SUFFIX = ".info";

    private final SeriesIndex index;
    private final Clock clock;
    private final Supplier<NamingConvention> convention;
    private final BiConsumer<Meter.Id, String> refused;

    /**
     * @param convention the registry's, which its user may exchange at any time
     * @param refused told which meter is not exposed, and why
     */
    Exposure(
            SeriesIndex index,
            Clock clock,
            Supplier<NamingConvention> convention,
            BiConsumer<Meter.Id, String> refused) {
        this.refused = refused;
        this.index = index;
        this.clock = clock;
        this.convention = convention;
    }

    void counter(PerCpuCounter counter) {
        add(counter, Family.Kind.COUNTER);
    }

    /**
     * @param meter a timer or summary
     */
    void distribution(CellMeter meter, BucketLayout layout) {
        add(meter, layout.publishesHistogram() ? Family.Kind.HISTOGRAM : Family.Kind.SUMMARY);
    }

    private void add(CellMeter meter, Family.Kind kind) {
        NamingConvention names = convention.get();
        Meter.Id id = meter.getId();
        String refusal = index.add(id.getConventionName(names), meter, kind, names);
        if (refusal != null) {
            refused.accept(id, refusal);
        }
    }

    void functionCounter(Meter.Id id, FunctionCounter counter) {
        long created = clock.wallTime();
        add(
                id,
                (group, labels) -> new ValueSeries(
                        group.family(id, "", Family.Kind.COUNTER),
                        () -> new CounterDataPointSnapshot(counter.count(), labels, null, created)));
    }

    void functionTimer(Meter.Id id, FunctionTimer timer) {
        long created = clock.wallTime();
        add(
                id,
                (group, labels) -> new ValueSeries(
                        group.family(id, "", Family.Kind.SUMMARY),
                        () -> new SummaryDataPointSnapshot(
                                (long) timer.count(),
                                timer.totalTime(TimeUnit.SECONDS),
                                Quantiles.EMPTY,
                                labels,
                                null,
                                created)));
    }

    /** A gauge whose name ends in {@code .info} is a Prometheus info: its labels are all it tells. */
    void gauge(Meter.Id id, Gauge gauge) {
        if (id.getName().endsWith(INFO_SUFFIX)) {
            add(
                    id,
                    (group, labels) -> new ValueSeries(
                            group.family(id, "", Family.Kind.INFO), () -> new InfoDataPointSnapshot(labels)));
        } else {
            add(id, (group, labels) -> new GaugeSeries(group.family(id, "", Family.Kind.GAUGE), labels, gauge));
        }
    }

    /**
     * @param histogram whether the timer publishes buckets
     */
    void longTaskTimer(Meter.Id id, LongTaskTimer timer, boolean histogram) {
        long created = clock.wallTime();
        Family.Kind kind = histogram ? Family.Kind.GAUGE_HISTOGRAM : Family.Kind.SUMMARY;
        add(
                id,
                (group, labels) -> new DistributionSeries(
                        group.family(id, "", kind),
                        maximum(group, id),
                        labels,
                        created,
                        () -> Distribution.ofActiveTasks(timer.takeSnapshot())));
    }

    void custom(Meter.Id id, Iterable<Measurement> measurements) {
        long created = clock.wallTime();
        add(id, (group, labels) -> new CustomSeries(group, id, labels, created, measurements));
    }

    void remove(Meter meter) {
        if (meter instanceof CellMeter inCells) {
            index.remove(inCells);
        } else {
            index.remove(meter.getId().getConventionName(convention.get()), meter.getId());
        }
    }

    private static Family maximum(SeriesGroup group, Meter.Id id) {
        return group.family(id, "_max", Family.Kind.GAUGE);
    }

    private void add(Meter.Id id, Maker maker) {
        NamingConvention names = convention.get();
        String refusal = index.add(id.getConventionName(names), id, group -> maker.make(group, labels(id, names)));
        if (refusal != null) {
            refused.accept(id, refusal);
        }
    }

    /** Names by convention, values as they are. */
    private static Labels labels(Meter.Id id, NamingConvention names) {
        List<String> keys =
                id.getConventionTags(names).stream().map(Tag::getKey).toList();
        List<String> values = id.getTags().stream().map(Tag::getValue).toList();
        return Labels.of(keys, values);
    }

    private interface Maker {
        Series make(SeriesGroup group, Labels labels);
    }
}
