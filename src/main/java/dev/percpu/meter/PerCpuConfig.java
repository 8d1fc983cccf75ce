package dev.percpu.meter;

import io.micrometer.prometheusmetrics.PrometheusConfig;

/**
 * Configuration of a {@link PerCpuMeterRegistry}: all that {@link PrometheusConfig} has, under the same keys, and our own keys below. A
 * plain {@code PrometheusConfig} is taken as well. Our keys are asked for as they stand, without {@link #prefix()}; one that {@link
 * #get(String)} does not answer is looked up as a system property.
 *
 * <p>What the constants here set holds for the whole process, from the first registry on. How histograms are kept is a matter of each
 * registry.
 */
public interface PerCpuConfig extends PrometheusConfig {
    /** {@value}: {@code true} (default), or {@code false} to record with JVM atomics where the native library cannot be used. */
    String NATIVE_REQUIRED = "percpu.native.required";

    /** {@value}: {@code auto} (default), or {@code atomic} to record by atomic instructions even where rseq works. */
    String RSEQ_MODE = "percpu.rseq.mode";

    /** {@value}: {@code auto} (default), {@code cpu_id} or {@code mm_cid}: the field of struct rseq that chooses the shard. */
    String SHARD_INDEX = "percpu.shard.index";

    /**
     * How the percentile histogram of the meters of a name is kept: by default what the keys of {@link NativeHistogramKey} say. Asked once
     * for each name of a timer or summary that publishes one.
     *
     * @param meterName Micrometer's, such as {@code http.server.requests}
     * @throws IllegalArgumentException if a value cannot be used, naming key, value and what is allowed
     */
    default NativeHistogramSettings nativeHistogram(String meterName) {
        return NativeHistogramSettings.of(meterName, key -> Cells.setting(this, key));
    }

    /** Every setting has its default. */
    PerCpuConfig DEFAULT = key -> null;
}
