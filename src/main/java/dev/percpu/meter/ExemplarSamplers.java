package dev.percpu.meter;

import dev.percpu.histogram.BucketLayout;
import io.micrometer.core.instrument.util.TimeUtils;
import io.prometheus.metrics.config.ExemplarsProperties;
import io.prometheus.metrics.core.exemplars.ExemplarSamplerConfig;
import io.prometheus.metrics.model.snapshots.Exemplar;
import io.prometheus.metrics.model.snapshots.Exemplars;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Makes the exemplar samplers of a registry that knows of spans. Thread-safe. */
public final class ExemplarSamplers {
    /** As many as the Prometheus Java client samples for a native histogram. */
    private static final int EXEMPLARS_OF_NATIVE = 4;

    private final SpanContext spanContext;
    private final ExemplarsProperties properties;
    private final ExemplarSamplerConfig one;
    private final ExemplarSamplerConfig several;

    /** Meters of equal configuration share a layout, and so a sampler's configuration. */
    private final Map<BucketLayout, ExemplarSamplerConfig> byLayout = new WeakHashMap<>();

    public ExemplarSamplers(SpanContext spanContext, ExemplarsProperties properties) {
        this.spanContext = spanContext;
        this.properties = properties;
        this.one = new ExemplarSamplerConfig(properties, 1);
        this.several = new ExemplarSamplerConfig(properties, EXEMPLARS_OF_NATIVE);
    }

    /** For a meter without buckets: one exemplar. */
    public SpanExemplars forValue() {
        return new SpanExemplars(one, spanContext);
    }

    /** For a timer or summary: one exemplar per classic bucket, in the unit of its amounts; some for a native histogram alone. */
    public SpanExemplars forLayout(BucketLayout layout) {
        if (!layout.publishesClassicBuckets()) {
            return new SpanExemplars(layout.publishesHistogram() ? several : one, spanContext);
        }
        ExemplarSamplerConfig config;
        synchronized (byLayout) {
            config = byLayout.computeIfAbsent(
                    layout, key -> new ExemplarSamplerConfig(properties, key.publishedWithInfinity()));
        }
        return new SpanExemplars(config, spanContext);
    }

    static @Nullable Exemplar latest(@Nullable SpanExemplars sampler) {
        return sampler == null ? null : sampler.collect().getLatest();
    }

    static Exemplars all(@Nullable SpanExemplars sampler) {
        return sampler == null ? Exemplars.EMPTY : sampler.collect();
    }

    /** For a scrape whose format has no exemplars: meters look for spans again all the same. */
    static Exemplars none(@Nullable SpanExemplars sampler) {
        if (sampler != null) {
            sampler.arm();
        }
        return Exemplars.EMPTY;
    }

    /** Exemplars of nanoseconds, with their values in seconds. */
    static Exemplars inSeconds(@Nullable SpanExemplars sampler) {
        if (sampler == null) {
            return Exemplars.EMPTY;
        }
        List<Exemplar> converted = new ArrayList<>();
        for (Exemplar exemplar : all(sampler)) {
            converted.add(Exemplar.builder()
                    .value(TimeUtils.convert(exemplar.getValue(), TimeUnit.NANOSECONDS, TimeUnit.SECONDS))
                    .labels(exemplar.getLabels())
                    .timestampMillis(exemplar.getTimestampMillis())
                    .build());
        }
        return converted.isEmpty() ? Exemplars.EMPTY : Exemplars.of(converted);
    }
}
