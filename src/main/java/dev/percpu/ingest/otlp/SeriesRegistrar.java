package dev.percpu.ingest.otlp;

import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.ingest.OwnFamilies;
import dev.percpu.meter.PerCpuDistributionSummary;
import dev.percpu.meter.SettableGauge;
import dev.percpu.registry.ExactMeters;
import dev.percpu.registry.ExactOptions;
import dev.percpu.registry.ExactSeries;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.HistogramMode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.Metric;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The translation of new streams to families, labels and meters of a registry. Thread-safe. */
final class SeriesRegistrar {
    private static final String JOB = "job";
    private static final String SERVICE_NAME = "service.name";
    private static final String SERVICE_NAMESPACE = "service.namespace";
    private static final String SCOPE_NAME = "otel.scope.name";
    private static final String SCOPE_VERSION = "otel.scope.version";

    /** Largest length of a name, of a label value and of a help text, in characters. */
    private static final int MAX_LABEL_VALUE = 1024;

    /** Largest length of all names and values of the labels of a series, in characters. */
    private static final int MAX_LABEL_CHARACTERS = 8 * 1024;

    /** Label of classic buckets. */
    private static final String BUCKET = "le";

    /** Largest number of labels of a series. */
    private static final int MAX_LABELS = 64;

    /** Powers of two by which the buckets of a family extend those of its first point. */
    private static final int MARGIN_POWERS = 4;

    private static final double SMALLEST = 0x1p-500;

    private final ExactMeters meters;
    private final ExactOptions options = new ExactOptions(null, () -> true);
    private final OtlpSettings settings;
    private final NameTranslation names;
    private final Map<String, OtlpFamily> families = new ConcurrentHashMap<>();

    SeriesRegistrar(PerCpuMeterRegistry registry, OtlpSettings settings) {
        this.meters = new ExactMeters(registry);
        this.settings = settings;
        this.names = new NameTranslation(settings.names());
    }

    /** Returns the attributes of a resource that labels are made of. */
    Map<String, String> labelAttributes(List<KeyValue> resource) {
        Map<String, String> attributes = new HashMap<>();
        for (KeyValue attribute : resource) {
            String key = attribute.getKey();
            if (key.equals(SERVICE_NAME)
                    || key.equals(SERVICE_NAMESPACE)
                    || settings.resourceLabels().contains(key)) {
                attributes.put(key, AttributeText.of(attribute.getValue()));
            }
        }
        return attributes;
    }

    /** Returns the labels that a resource and a scope give to their series. */
    Map<String, String> labels(ResourceScope source) {
        Map<String, String> attributes = new HashMap<>(source.resourceAttributes());
        attributes.put(SCOPE_NAME, source.scope().getName());
        attributes.put(SCOPE_VERSION, source.scope().getVersion());
        Map<String, String> labels = new TreeMap<>();
        String service = attributes.getOrDefault(SERVICE_NAME, "");
        if (!service.isEmpty()) {
            String namespace = attributes.getOrDefault(SERVICE_NAMESPACE, "");
            labels.put(JOB, namespace.isEmpty() ? service : namespace + "/" + service);
        }
        for (String key : settings.resourceLabels()) {
            String name = names.label(key);
            String value = attributes.getOrDefault(key, "");
            if (!name.isEmpty() && !value.isEmpty()) {
                labels.put(name, value);
            }
        }
        return labels;
    }

    /**
     * Returns the family of a metric.
     *
     * @param shape buckets of the first point
     * @throws RejectedException if the metric has no valid name, or one of this service, or not the type or the buckets of the family
     */
    OtlpFamily family(Metric metric, PointType type, BucketShape shape) throws RejectedException {
        String name = names.metric(metric.getName(), metric.getUnit(), type.nameKind());
        if (name.isEmpty() || name.length() > MAX_LABEL_VALUE) {
            throw new RejectedException(
                    Rejection.NAME,
                    "name must have a character other than _, and at most " + MAX_LABEL_VALUE + " characters");
        }
        OtlpFamily family = families.get(name);
        if (family == null) {
            if (OwnFamilies.haveReserved(name) || meters.isOfOtherMeters(name)) {
                throw new RejectedException(
                        Rejection.RESERVED, "name must not be one that this service has itself, but was " + name);
            }
            String help = metric.getDescription();
            return new OtlpFamily(
                    name,
                    help.length() <= MAX_LABEL_VALUE ? help : help.substring(0, MAX_LABEL_VALUE),
                    type.form(),
                    shape);
        }
        if (family.form() != type.form()) {
            throw new RejectedException(
                    Rejection.TYPE,
                    "type of " + name + " must be " + family.form().displayName() + ", as of its first point");
        }
        family.checkBounds(shape);
        return family;
    }

    /**
     * Returns the meter of a stream, registered if it is new.
     *
     * @param sourceLabels labels of the resource and scope
     * @throws RejectedException if it cannot be registered
     */
    SeriesCells series(OtlpFamily family, Map<String, String> sourceLabels, List<KeyValue> attributes)
            throws RejectedException {
        Meter.Id id = new Meter.Id(
                family.name(),
                Tags.of(labels(family, sourceLabels, attributes)),
                null,
                family.help().isEmpty() ? null : family.help(),
                switch (family.form()) {
                    case COUNTER -> Meter.Type.COUNTER;
                    case GAUGE, UP_DOWN_COUNTER -> Meter.Type.GAUGE;
                    case HISTOGRAM, EXPONENTIAL_HISTOGRAM -> Meter.Type.DISTRIBUTION_SUMMARY;
                });
        ExactSeries registered = switch (family.form()) {
            case COUNTER -> meters.counter(id, options);
            case GAUGE, UP_DOWN_COUNTER -> meters.gauge(id, options);
            case HISTOGRAM -> meters.histogram(id, family.shape().bounds(), options);
            case EXPONENTIAL_HISTOGRAM -> exponential(id, family.shape());
        };
        SeriesCells cells = cells(family, registered);
        families.putIfAbsent(family.name(), family);
        return cells;
    }

    private SeriesCells cells(OtlpFamily family, ExactSeries registered) throws RejectedException {
        Meter meter = registered.meter();
        if (meter == null) {
            throw new RejectedException(
                    registered.state() == ExactSeries.State.BEYOND_LIMIT ? Rejection.SERIES : Rejection.TYPE,
                    String.valueOf(registered.reason()));
        }
        SeriesCells cells = switch (family.form()) {
            case COUNTER -> meter instanceof Counter counter ? new SeriesCells.OfCounter(counter) : null;
            case GAUGE, UP_DOWN_COUNTER -> meter instanceof SettableGauge gauge ? new SeriesCells.OfGauge(gauge) : null;
            case HISTOGRAM, EXPONENTIAL_HISTOGRAM ->
                meter instanceof PerCpuDistributionSummary summary ? histogram(family, summary) : null;
        };
        if (cells == null) {
            throw new RejectedException(
                    Rejection.TYPE, "type of " + family.name() + " must be that of the meter with this name");
        }
        return cells;
    }

    private static SeriesCells histogram(OtlpFamily family, PerCpuDistributionSummary summary)
            throws RejectedException {
        double[] cellBounds = summary.layout().cells().doubles();
        if (family.form() == PointType.Form.HISTOGRAM) {
            if (!Arrays.equals(cellBounds, family.shape().bounds())) {
                throw BucketShape.otherBounds(family.name(), cellBounds);
            }
            return new SeriesCells.OfHistogram(summary, NativeCells.NONE);
        }
        Integer schema = summary.layout().nativeSchema();
        if (schema == null) {
            throw new RejectedException(
                    Rejection.TYPE, family.name() + " must not be an exponential histogram, as of its first point");
        }
        return new SeriesCells.OfHistogram(summary, new NativeCells(schema, cellBounds));
    }

    /** Registers a native histogram whose buckets are around those of the first point. */
    private ExactSeries exponential(Meter.Id id, BucketShape shape) {
        ExponentialBuckets first = shape.exponential();
        if (first == null) {
            throw new IllegalStateException("an exponential histogram has buckets");
        }
        int size = first.counts().length;
        double low = size == 0 ? 1 : first.lower(0);
        double high = size == 0 ? 1 : first.upper(size - 1);
        double min = Math.clamp(low, SMALLEST, 1 / SMALLEST) / (1 << MARGIN_POWERS);
        double max = Math.clamp(high, SMALLEST, 1 / SMALLEST) * (1 << MARGIN_POWERS);
        NativeHistogramSettings defaults = NativeHistogramSettings.DEFAULT.withMode(HistogramMode.NATIVE);
        NativeHistogramSettings histogram =
                defaults.withSchema(Math.min(defaults.schema(), NativeCells.schemaFor(first.scale())));
        if (first.zeroThreshold() > min) {
            histogram = histogram.withZeroThreshold(first.zeroThreshold());
            max = Math.max(max, 2 * first.zeroThreshold());
        }
        DistributionStatisticConfig statistics = DistributionStatisticConfig.builder()
                .percentilesHistogram(true)
                .minimumExpectedValue(min)
                .maximumExpectedValue(max)
                .build();
        return meters.summary(id, statistics, histogram, options);
    }

    private List<Tag> labels(OtlpFamily family, Map<String, String> sourceLabels, List<KeyValue> attributes)
            throws RejectedException {
        Map<String, String> labels = new TreeMap<>();
        List<KeyValue> sorted = new ArrayList<>(attributes);
        sorted.sort(Comparator.comparing(KeyValue::getKey));
        for (KeyValue attribute : sorted) {
            String value = AttributeText.of(attribute.getValue());
            String name = names.label(attribute.getKey());
            if (name.isEmpty() || name.startsWith("__")) {
                throw new RejectedException(
                        Rejection.LABEL, "attribute key must be a label name, but was " + shown(attribute.getKey()));
            }
            if (!value.isEmpty()) { // to Prometheus, a label without a value is none
                // Keys that become one name, as Prometheus' receiver does it.
                labels.merge(name, value, (one, other) -> one + ";" + other);
            }
        }
        labels.putAll(sourceLabels);
        if (labels.containsKey(BUCKET) && family.form() == PointType.Form.HISTOGRAM) {
            throw new RejectedException(Rejection.LABEL, "label of a histogram must not be " + BUCKET);
        }
        if (labels.size() > MAX_LABELS) {
            throw new RejectedException(
                    Rejection.LABEL, "a point must have at most " + MAX_LABELS + " labels, but had " + labels.size());
        }
        List<Tag> tags = new ArrayList<>(labels.size());
        int characters = 0;
        for (Map.Entry<String, String> label : labels.entrySet()) {
            if (label.getKey().length() > MAX_LABEL_VALUE || label.getValue().length() > MAX_LABEL_VALUE) {
                throw new RejectedException(
                        Rejection.LABEL,
                        "a label must have at most " + MAX_LABEL_VALUE + " characters, but " + shown(label.getKey())
                                + " had "
                                + Math.max(
                                        label.getKey().length(),
                                        label.getValue().length()));
            }
            characters += label.getKey().length() + label.getValue().length();
            tags.add(Tag.of(label.getKey(), label.getValue()));
        }
        if (characters > MAX_LABEL_CHARACTERS) {
            throw new RejectedException(
                    Rejection.LABEL,
                    "labels of a point must have at most " + MAX_LABEL_CHARACTERS + " characters, but had "
                            + characters);
        }
        return tags;
    }

    private static @Nullable String shown(String key) {
        return key.length() <= 100 ? key : key.substring(0, 100) + "...";
    }
}
