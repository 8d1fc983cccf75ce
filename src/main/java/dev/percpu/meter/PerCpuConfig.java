package dev.percpu.meter;

import io.micrometer.prometheusmetrics.PrometheusConfig;

/**
 * Configuration of a {@link PerCpuMeterRegistry}: all that {@link PrometheusConfig} has, under the same keys, and our own keys below. A
 * plain {@code PrometheusConfig} is taken as well. Our keys are asked for as they stand, without {@link #prefix()}; one that {@link
 * #get(String)} does not answer is looked up as a system property.
 *
 * <p>What they set holds for the whole process, from the first registry on.
 */
public interface PerCpuConfig extends PrometheusConfig {
    /** {@value}: {@code true} (default), or {@code false} to record with JVM atomics where the native library cannot be used. */
    String NATIVE_REQUIRED = "percpu.native.required";

    /** {@value}: {@code auto} (default), or {@code atomic} to record by atomic instructions even where rseq works. */
    String RSEQ_MODE = "percpu.rseq.mode";

    /** {@value}: {@code auto} (default), {@code cpu_id} or {@code mm_cid}: the field of struct rseq that chooses the shard. */
    String SHARD_INDEX = "percpu.shard.index";

    /** Every setting has its default. */
    PerCpuConfig DEFAULT = key -> null;
}
