package dev.percpu.registry;

import dev.percpu.histogram.NativeHistogramSettings;
import io.micrometer.core.instrument.config.validate.Validated;
import io.micrometer.prometheusmetrics.PrometheusConfig;

/**
 * Configuration of a {@link PerCpuMeterRegistry}: all that {@link PrometheusConfig} has, under the same keys, and our own keys below. A
 * plain {@code PrometheusConfig} is taken as well. Our keys are asked for as they stand, without {@link #prefix()}; one that {@link
 * #get(String)} does not answer is looked up as a system property.
 *
 * <p>What the constants here set holds for the whole process, from the first registry on. How histograms are kept and
 * how many series there may be is a matter of each registry.
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
        return NativeHistogramKey.settings(meterName, key -> SettingValue.of(this, key));
    }

    /**
     * {@value}: milliseconds, 1 to 60000 (default 1000), that the function of a gauge (or of another meter whose values its user measures)
     * may take in a scrape before the scrape goes on without it.
     */
    String GAUGE_TIMEOUT = "percpu.scrape.gauge-timeout";

    /**
     * How many series the registry keeps and which it shows: by default what the keys of {@link SeriesKey} say. Asked once.
     *
     * @throws IllegalArgumentException if a value cannot be used, naming key, value and what is allowed
     */
    default SeriesSettings series() {
        return SeriesSettings.read(key -> SettingValue.of(this, key));
    }

    @Override
    default Validated<?> validate() {
        Validated<?> all = PrometheusConfig.super.validate();
        for (SeriesKey key : SeriesKey.values()) {
            all = all.and(key.validated(name -> SettingValue.of(this, name)));
        }
        return all;
    }

    /** Every setting has its default. */
    PerCpuConfig DEFAULT = key -> null;
}
