package dev.percpu.registry;

import dev.percpu.family.CustomSeries;
import dev.percpu.family.Distribution;
import dev.percpu.family.DistributionSeries;
import dev.percpu.family.Family;
import dev.percpu.family.GaugeSeries;
import dev.percpu.family.NamedSeries;
import dev.percpu.family.Series;
import dev.percpu.family.ValueSeries;
import dev.percpu.histogram.BucketLayout;
import dev.percpu.histogram.BucketLayouts;
import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.meter.CellMeter;
import dev.percpu.meter.ExemplarSamplers;
import dev.percpu.meter.Expiry;
import dev.percpu.meter.NanOnFailureGauge;
import dev.percpu.meter.ObservationConfig;
import dev.percpu.meter.PerCpuCounter;
import dev.percpu.meter.PerCpuDistributionSummary;
import dev.percpu.meter.PerCpuTimer;
import dev.percpu.meter.SettableGauge;
import dev.percpu.meter.TimeWindowed;
import dev.percpu.meter.WindowedMax;
import dev.percpu.scrape.SeriesIndex;
import dev.percpu.shard.CellStore;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.core.instrument.cumulative.CumulativeFunctionCounter;
import io.micrometer.core.instrument.cumulative.CumulativeFunctionTimer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.internal.DefaultLongTaskTimer;
import io.micrometer.core.instrument.internal.DefaultMeter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.InfoSnapshot.InfoDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot.SummaryDataPointSnapshot;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A factory of the meters of a registry. It adds their series to the index. Counters, timers and summaries get a cell each; the other
 * meters are Micrometer's own. Names, labels and creation time are resolved here, once per meter. Thread-safe.
 *
 * <p>After the store is closed, a meter that needs a cell cannot be created: the method throws an {@link IllegalStateException}.
 */
final class MeterFactory {
    private static final String INFO_SUFFIX = ".info";

    private final CellStore store;
    private final Clock clock;
    private final @Nullable ExemplarSamplers samplers;
    private final BucketLayouts layouts;
    private final SeriesIndex index;
    private final WindowedMax.Factory maxima;
    private final Supplier<NamingConvention> convention;
    private final BiConsumer<Meter.Id, String> failed;

    /**
     * @param samplers null if no exemplars are sampled
     * @param convention the registry's naming convention, which the application may replace at any time
     * @param failed receives each meter that is not exposed, and the reason
     */
    MeterFactory(
            CellStore store,
            Clock clock,
            @Nullable ExemplarSamplers samplers,
            BucketLayouts layouts,
            SeriesIndex index,
            Supplier<NamingConvention> convention,
            BiConsumer<Meter.Id, String> failed) {
        this.store = store;
        this.clock = clock;
        this.samplers = samplers;
        this.layouts = layouts;
        this.index = index;
        this.maxima = new WindowedMax.Factory(clock);
        this.convention = convention;
        this.failed = failed;
    }

    /**
     * The naming of a meter.
     *
     * @param failed receives the meter if it is not exposed, and the reason
     * @param expireAfter time without a record after which scrapes omit the meter; null for the time of the registry
     */
    record Naming(
            NamingConvention convention,
            BiConsumer<Meter.Id, String> failed,
            @Nullable Duration expireAfter) {}

    private Naming naming() {
        return new Naming(convention.get(), failed, null);
    }

    PerCpuCounter counter(Meter.Id id) {
        return counter(id, naming());
    }

    PerCpuCounter counter(Meter.Id id, Naming naming) {
        PerCpuCounter counter = new PerCpuCounter(
                id, clock.wallTime(), store.newCounter(), samplers == null ? null : samplers.forValue());
        return exposed(counter, () -> add(counter, Family.Kind.COUNTER, naming));
    }

    PerCpuTimer timer(Meter.Id id, DistributionStatisticConfig statistics) {
        return timer(id, statistics, layouts.ofNanos(id.getName(), statistics), naming());
    }

    PerCpuTimer timer(
            Meter.Id id, DistributionStatisticConfig statistics, NativeHistogramSettings histogram, Naming naming) {
        return timer(id, statistics, layouts.ofNanos(histogram, statistics), naming);
    }

    private PerCpuTimer timer(Meter.Id id, DistributionStatisticConfig statistics, BucketLayout layout, Naming naming) {
        PerCpuTimer timer = new PerCpuTimer(id, store.newLongObservation(layout.cells()), config(layout, statistics));
        return exposed(timer, () -> add(timer, kind(layout), naming));
    }

    private ObservationConfig config(BucketLayout layout, DistributionStatisticConfig statistics) {
        return new ObservationConfig(
                layout, statistics, clock, maxima, samplers == null ? null : samplers.forLayout(layout));
    }

    PerCpuDistributionSummary summary(Meter.Id id, DistributionStatisticConfig statistics, double scale) {
        return summary(id, statistics, layouts.ofAmounts(id.getName(), statistics), scale, naming());
    }

    PerCpuDistributionSummary summary(
            Meter.Id id, DistributionStatisticConfig statistics, NativeHistogramSettings histogram, Naming naming) {
        return summary(id, statistics, layouts.ofAmounts(histogram, statistics), 1, naming);
    }

    /**
     * Creates a summary with given buckets.
     *
     * @param bounds inclusive upper bounds, ascending, finite and at least 0
     */
    PerCpuDistributionSummary histogram(
            Meter.Id id, DistributionStatisticConfig statistics, double[] bounds, Naming naming) {
        return summary(id, statistics, layouts.ofBounds(bounds), 1, naming);
    }

    private PerCpuDistributionSummary summary(
            Meter.Id id, DistributionStatisticConfig statistics, BucketLayout layout, double scale, Naming naming) {
        PerCpuDistributionSummary summary = new PerCpuDistributionSummary(
                id, store.newDoubleObservation(layout.cells()), config(layout, statistics), scale);
        return exposed(summary, () -> add(summary, kind(layout), naming));
    }

    SettableGauge settableGauge(Meter.Id id, Naming naming, Expiry expiry) {
        SettableGauge gauge = new SettableGauge(id);
        expiry.track(gauge, naming.expireAfter);
        add(id, naming, (group, labels) -> gauge.series(group.family(id, "", Family.Kind.GAUGE), labels));
        return gauge;
    }

    /** Exposes a meter. If a listener for failed registrations throws, the cell of the meter is retired and the exception is rethrown. */
    private <M extends CellMeter> M exposed(M meter, Runnable exposing) {
        try {
            exposing.run();
            return meter;
        } catch (RuntimeException | Error e) {
            store.retire(meter.cell());
            throw e;
        }
    }

    /** Hides a meter that was removed from the registry, and retires its cell. */
    void removed(Meter meter) {
        hide(meter);
        if (meter instanceof CellMeter cellMeter) {
            store.retire(cellMeter.cell());
        }
    }

    LongTaskTimer longTaskTimer(Meter.Id id, DistributionStatisticConfig statistics) {
        LongTaskTimer timer = new DefaultLongTaskTimer(id, clock, TimeUnit.SECONDS, statistics, true);
        exposeLongTaskTimer(id, timer, !statistics.getHistogramBuckets(true).isEmpty());
        return timer;
    }

    <T> Gauge gauge(Meter.Id id, @Nullable T obj, ToDoubleFunction<T> value) {
        Gauge gauge = new NanOnFailureGauge<>(id, obj, value);
        exposeGauge(id, gauge);
        return gauge;
    }

    <T> FunctionTimer functionTimer(
            Meter.Id id, T obj, ToLongFunction<T> count, ToDoubleFunction<T> totalTime, TimeUnit unit) {
        FunctionTimer timer = new CumulativeFunctionTimer<>(id, obj, count, totalTime, unit, TimeUnit.SECONDS);
        exposeFunctionTimer(id, timer);
        return timer;
    }

    <T> FunctionCounter functionCounter(Meter.Id id, T obj, ToDoubleFunction<T> count) {
        FunctionCounter counter = new CumulativeFunctionCounter<>(id, obj, count);
        exposeFunctionCounter(id, counter);
        return counter;
    }

    Meter custom(Meter.Id id, Meter.Type type, Iterable<Measurement> measurements) {
        exposeCustom(id, measurements);
        return new DefaultMeter(id, type, measurements);
    }

    /** Returns the length of the shortest window of a meter with this configuration, in milliseconds. */
    static long windowMillis(DistributionStatisticConfig statistics) {
        return TimeWindowed.shortestWindowMillis(statistics);
    }

    private static Family.Kind kind(BucketLayout layout) {
        return layout.hasHistogram() ? Family.Kind.HISTOGRAM : Family.Kind.SUMMARY;
    }

    private void add(CellMeter meter, Family.Kind kind, Naming naming) {
        String rejection = index.add(meter, kind, naming.convention, naming.expireAfter);
        if (rejection != null) {
            naming.failed.accept(meter.getId(), rejection);
        }
    }

    private void exposeFunctionCounter(Meter.Id id, FunctionCounter counter) {
        long created = clock.wallTime();
        add(
                id,
                (group, labels) -> new ValueSeries(
                        group.family(id, "", Family.Kind.COUNTER),
                        () -> new CounterDataPointSnapshot(counter.count(), labels, null, created)));
    }

    private void exposeFunctionTimer(Meter.Id id, FunctionTimer timer) {
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

    /** Exposes a gauge. A gauge whose name ends in {@code .info} becomes a Prometheus info metric: labels with the value 1. */
    private void exposeGauge(Meter.Id id, Gauge gauge) {
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
    private void exposeLongTaskTimer(Meter.Id id, LongTaskTimer timer, boolean histogram) {
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

    private void exposeCustom(Meter.Id id, Iterable<Measurement> measurements) {
        long created = clock.wallTime();
        add(id, (group, labels) -> new CustomSeries(group, id, labels, created, measurements));
    }

    private void hide(Meter meter) {
        if (meter instanceof CellMeter cellMeter) {
            index.remove(cellMeter);
        } else {
            index.remove(meter.getId().getConventionName(convention.get()), meter.getId());
        }
    }

    private static Family maximum(NamedSeries group, Meter.Id id) {
        return group.family(id, "_max", Family.Kind.GAUGE);
    }

    private void add(Meter.Id id, SeriesMaker maker) {
        add(id, naming(), maker);
    }

    private void add(Meter.Id id, Naming naming, SeriesMaker maker) {
        NamingConvention names = naming.convention;
        String rejection = index.add(id, names, group -> maker.make(group, labels(id, names)));
        if (rejection != null) {
            naming.failed.accept(id, rejection);
        }
    }

    /** Returns labels with names by the convention and unchanged values. */
    private static Labels labels(Meter.Id id, NamingConvention names) {
        List<String> keys =
                id.getConventionTags(names).stream().map(Tag::getKey).toList();
        List<String> values = id.getTags().stream().map(Tag::getValue).toList();
        return Labels.of(keys, values);
    }

    private interface SeriesMaker {
        Series make(NamedSeries group, Labels labels);
    }
}
