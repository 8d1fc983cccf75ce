package dev.percpu.registry;

import dev.percpu.histogram.NativeHistogramSettings;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;

/**
 * The registration of meters whose Prometheus names are given, for metrics that other processes name. Thread-safe.
 *
 * <p>Differences from other meters of the registry:
 * <ul>
 *   <li>Name and labels are written unchanged, without unit. A counter has no suffix {@code _total} in the Prometheus text format. OpenMetrics
 *       requires that suffix, and the Prometheus client writes it in protobuf. There is no family of maxima.
 *   <li>Meters of one name may have different label names.
 *   <li>Meter filters are not applied, and listeners are not called. The meters cannot be removed.
 *   <li>A name that another family has is rejected.
 * </ul>
 *
 * <p>The limit on series, its overflow series and the expiry hold as for other meters. All methods return the meter of an id if there is one
 * already, of any type.
 */
public final class ExactMeters {
    private final PerCpuMeterRegistry registry;

    /** Creates the registration of meters in a registry. */
    public ExactMeters(PerCpuMeterRegistry registry) {
        this.registry = registry;
    }

    /**
     * Returns whether meters that are not registered here have a family of this name now, or one with a sample of this name. Collectors of the
     * Prometheus registry are not asked.
     *
     * @param name name of a family, escaped or not
     */
    public boolean isOfOtherMeters(String name) {
        return registry.isOfOtherMeters(name);
    }

    /**
     * Registers a counter.
     *
     * @param id name, labels, and the help text as description
     */
    public ExactSeries counter(Meter.Id id, ExactOptions options) {
        return registry.exactCounter(id, options);
    }

    /**
     * Registers a gauge whose value is set. It has no overflow meter.
     *
     * @param id name, labels, and the help text as description
     */
    public ExactSeries gauge(Meter.Id id, ExactOptions options) {
        return registry.exactGauge(id, options);
    }

    /**
     * Registers a timer, whose family is in seconds.
     *
     * @param id name, labels, and the help text as description
     * @param statistics percentiles, objectives and time windows, in nanoseconds
     * @param histogram settings of a percentile histogram
     * @throws io.micrometer.core.instrument.config.InvalidConfigurationException if a value of the statistics is missing or not allowed
     */
    public ExactSeries timer(
            Meter.Id id,
            DistributionStatisticConfig statistics,
            NativeHistogramSettings histogram,
            ExactOptions options) {
        return registry.exactTimer(id, statistics, histogram, options);
    }

    /**
     * Registers a summary.
     *
     * @param id name, labels, and the help text as description
     * @param statistics percentiles, objectives and time windows, in the unit of the amounts
     * @param histogram settings of a percentile histogram
     * @throws io.micrometer.core.instrument.config.InvalidConfigurationException if a value of the statistics is missing or not allowed
     */
    public ExactSeries summary(
            Meter.Id id,
            DistributionStatisticConfig statistics,
            NativeHistogramSettings histogram,
            ExactOptions options) {
        return registry.exactSummary(id, statistics, histogram, options);
    }

    /**
     * Registers a summary with given classic buckets.
     *
     * @param id name, labels, and the help text as description
     * @param bounds inclusive upper bounds in the unit of the amounts, ascending, finite and at least 0; none for count and sum only
     * @throws IllegalArgumentException if the bounds are not allowed
     */
    public ExactSeries histogram(Meter.Id id, double[] bounds, ExactOptions options) {
        return registry.exactHistogram(id, bounds, options);
    }
}
