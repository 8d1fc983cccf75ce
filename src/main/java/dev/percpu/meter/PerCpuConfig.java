package dev.percpu.meter;

import io.micrometer.prometheusmetrics.PrometheusConfig;

/**
 * Configuration of a {@link PerCpuMeterRegistry}: all that {@link PrometheusConfig} has, under the same keys. A plain {@code
 * PrometheusConfig} is taken as well, so that this one is only needed for settings that Micrometer's own registry does not have.
 */
public interface PerCpuConfig extends PrometheusConfig {
    /** Every setting has its default. */
    PerCpuConfig DEFAULT = key -> null;
}
