package dev.percpu.meter;

import dev.percpu.histogram.BucketLayout;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a timer or summary. Immutable.
 *
 * @param layout the cells that the meter records into, and the buckets that it publishes
 * @param statistics the percentiles, and the length and number of time windows
 * @param clock the clock of the registry
 * @param maxima the factory of the registry's windowed maxima
 * @param exemplars the sampler of the meter's exemplars; null if none are sampled
 */
public record ObservationConfig(
        BucketLayout layout,
        DistributionStatisticConfig statistics,
        Clock clock,
        WindowedMax.Factory maxima,
        @Nullable SpanExemplars exemplars) {}
