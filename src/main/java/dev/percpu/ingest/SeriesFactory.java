package dev.percpu.ingest;

import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.ingest.mapping.MappedMetric;
import dev.percpu.ingest.mapping.MetricMapper;
import dev.percpu.ingest.mapping.MetricType;
import dev.percpu.ingest.mapping.ObserverOptions;
import dev.percpu.meter.PerCpuCounter;
import dev.percpu.meter.PerCpuDistributionSummary;
import dev.percpu.meter.PerCpuTimer;
import dev.percpu.meter.SettableGauge;
import dev.percpu.registry.ExactMeters;
import dev.percpu.registry.ExactOptions;
import dev.percpu.registry.ExactSeries;
import dev.percpu.settings.HistogramMode;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A factory of the series of received metrics. Thread-safe; it is called once per series and receiver. */
public final class SeriesFactory {
    private static final double NANOS_PER_SECOND = 1e9;

    /** A quantile differs from the exact one by at most 1/16 of it. */
    private static final int QUANTILE_DIGITS = 1;

    private static final int DEFAULT_NATIVE_BUCKETS = 160;
    private static final int MIN_NATIVE_BUCKETS = 10;
    private static final int MAX_NATIVE_BUCKETS = 2_000;
    private static final int MIN_SCHEMA = -4;
    private static final int MAX_SCHEMA = 8;

    /** Expected amounts, in the unit of the family. A native histogram has its full resolution there. */
    private static final double MIN_EXPECTED = 0.001;

    private static final double MAX_EXPECTED = 1_000;

    private final ExactMeters meters;
    private final SenderBudget budget;
    private final BoundedInterner<String> names = new BoundedInterner<>();
    private final BoundedInterner<Tag> tags = new BoundedInterner<>();

    /** Creates a factory. */
    public SeriesFactory(ExactMeters meters, SenderBudget budget) {
        this.meters = meters;
        this.budget = budget;
    }

    /**
     * Returns whether a sender may create a series for which another sender had no budget.
     *
     * @param sender the sender of a sample
     */
    public boolean admits(long sender) {
        return budget.admits(sender);
    }

    /**
     * Registers the series of a metric, or finds it.
     *
     * @param name name as received, without tags
     * @param nanos whether a new observer's cells are whole nanoseconds of a family in seconds; otherwise they are in the unit of the values
     * @param tags received tags, with names that Prometheus allows
     * @param sender whose budget a new series is counted against
     */
    public RegisteredSeries register(
            MetricMapper mapper, String name, MetricType type, boolean nanos, Map<String, String> tags, long sender) {
        MappedMetric mapped = mapper.map(name, type);
        if (mapped.drop()) {
            return RegisteredSeries.droppedByMapping();
        }
        if (mapped.name().isEmpty()) {
            return RegisteredSeries.rejected(RejectReason.EMPTY_NAME, "mapping of " + name);
        }
        if (OwnFamilies.haveStartOf(mapped.name())) {
            return RegisteredSeries.rejected(RejectReason.CONFLICT, mapped.name() + " is a name of the service's own");
        }
        Map<String, String> labels = labels(mapped, tags);
        String reserved = reserved(labels, type, mapped.observer());
        if (reserved != null) {
            return RegisteredSeries.rejected(RejectReason.LABEL, reserved);
        }
        AtomicBoolean created = new AtomicBoolean();
        AtomicBoolean refused = new AtomicBoolean();
        ExactSeries series = register(mapped, type, nanos, labels, new ExactOptions(mapped.expireAfter(), () -> {
            boolean admitted = budget.admits(sender);
            created.set(admitted);
            refused.set(!admitted);
            return admitted;
        }));
        if (created.get() && series.state() == ExactSeries.State.OWN) {
            budget.charge(sender);
        }
        return switch (series.state()) {
            case OWN, OVERFLOW -> registered(series, mapped, type, refused.get());
            case BEYOND_LIMIT ->
                RegisteredSeries.rejected(
                        RejectReason.SERIES_LIMIT, refused.get() ? budget.reason() : text(series.reason()));
            case REJECTED -> RegisteredSeries.rejected(RejectReason.CONFLICT, text(series.reason()));
        };
    }

    private static String text(@Nullable String reason) {
        return reason == null ? "" : reason;
    }

    private static RegisteredSeries registered(
            ExactSeries series, MappedMetric mapped, MetricType type, boolean beyondBudget) {
        Meter meter = series.meter();
        boolean fits = switch (type) {
            case COUNTER -> meter instanceof PerCpuCounter;
            case GAUGE -> meter instanceof SettableGauge;
            case OBSERVER -> meter instanceof PerCpuTimer || meter instanceof PerCpuDistributionSummary;
        };
        return meter != null && fits
                ? RegisteredSeries.of(meter, mapped.scale(), beyondBudget)
                : RegisteredSeries.rejected(RejectReason.CONFLICT, mapped.name() + " is of another type");
    }

    private static Map<String, String> labels(MappedMetric mapped, Map<String, String> tags) {
        if (mapped.labels().isEmpty()) {
            return tags;
        }
        Map<String, String> labels = new LinkedHashMap<>(tags);
        mapped.labels().forEach((name, value) -> {
            if (!mapped.honorTags() || !tags.containsKey(name)) {
                labels.put(name, value);
            }
        });
        // For Prometheus, an empty label is none.
        labels.values().removeIf(String::isEmpty);
        return labels;
    }

    /** Returns a label name that Prometheus reserves; null if there is none. */
    private static @Nullable String reserved(Map<String, String> labels, MetricType type, ObserverOptions observer) {
        String bound =
                type != MetricType.OBSERVER ? null : observer instanceof ObserverOptions.Histogram ? "le" : "quantile";
        for (String name : labels.keySet()) {
            if (name.startsWith("__") || name.equals(bound)) {
                return name;
            }
        }
        return null;
    }

    private ExactSeries register(
            MappedMetric mapped, MetricType type, boolean nanos, Map<String, String> labels, ExactOptions options) {
        return switch (type) {
            case COUNTER -> meters.counter(id(mapped, labels, Meter.Type.COUNTER), options);
            case GAUGE -> meters.gauge(id(mapped, labels, Meter.Type.GAUGE), options);
            case OBSERVER -> {
                DistributionStatisticConfig statistics = statistics(mapped.observer(), nanos ? NANOS_PER_SECOND : 1);
                NativeHistogramSettings histogram = nativeHistogram(mapped.observer());
                yield nanos
                        ? meters.timer(id(mapped, labels, Meter.Type.TIMER), statistics, histogram, options)
                        : meters.summary(
                                id(mapped, labels, Meter.Type.DISTRIBUTION_SUMMARY), statistics, histogram, options);
            }
        };
    }

    /** Returns an id whose strings and tags are shared with other series. */
    private Meter.Id id(MappedMetric mapped, Map<String, String> labels, Meter.Type type) {
        List<Tag> shared = new ArrayList<>(labels.size());
        labels.forEach((name, value) -> shared.add(tags.intern(Tag.of(names.intern(name), value))));
        return new Meter.Id(names.intern(mapped.name()), Tags.of(shared), null, names.intern(mapped.help()), type);
    }

    /**
     * @param unit amounts per unit of the family
     */
    private static DistributionStatisticConfig statistics(ObserverOptions options, double unit) {
        DistributionStatisticConfig.Builder builder = DistributionStatisticConfig.builder()
                .minimumExpectedValue(MIN_EXPECTED * unit)
                .maximumExpectedValue(MAX_EXPECTED * unit);
        switch (options) {
            case ObserverOptions.Summary summary -> {
                builder.expiry(summary.maxAge()).bufferLength(summary.ageBuckets());
                if (!summary.quantiles().isEmpty()) {
                    builder.percentiles(summary.quantiles().stream()
                                    .mapToDouble(Double::doubleValue)
                                    .toArray())
                            .percentilePrecision(QUANTILE_DIGITS);
                }
            }
            case ObserverOptions.Histogram histogram ->
                builder.serviceLevelObjectives(histogram.buckets().stream()
                                .mapToDouble(bound -> bound * unit)
                                .filter(bound -> bound > 0 && bound < Double.POSITIVE_INFINITY)
                                .toArray())
                        .percentilesHistogram(histogram.nativeBucketFactor() > 1);
        }
        return builder.build();
    }

    private static NativeHistogramSettings nativeHistogram(ObserverOptions options) {
        if (!(options instanceof ObserverOptions.Histogram histogram) || !(histogram.nativeBucketFactor() > 1)) {
            return NativeHistogramSettings.DEFAULT;
        }
        int buckets = histogram.nativeMaxBuckets() == 0 ? DEFAULT_NATIVE_BUCKETS : histogram.nativeMaxBuckets();
        return NativeHistogramSettings.DEFAULT
                .withMode(HistogramMode.NATIVE)
                .withSchema(schema(histogram.nativeBucketFactor()))
                .withMaxBuckets(Math.clamp(buckets, MIN_NATIVE_BUCKETS, MAX_NATIVE_BUCKETS));
    }

    /** Returns the coarsest schema whose successive bounds have at most this ratio, as the Prometheus client for Go does. */
    static int schema(double factor) {
        double octaves = Math.log(Math.log(factor) / Math.log(2)) / Math.log(2);
        return (int) Math.clamp(-Math.floor(octaves), MIN_SCHEMA, MAX_SCHEMA);
    }
}
