package dev.percpu.registry;

import dev.percpu.rseq.RseqSettings;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.ShardPlan;
import io.micrometer.prometheusmetrics.PrometheusConfig;

/** Opens the cell store that a registry records into. */
public final class CellStores {
    private CellStores() {}

    /**
     * Opens the cell store of a new registry: native shards, or JVM atomics if the native library cannot be used and is not required.
     *
     * @throws IllegalStateException if the native library is required and cannot be used; the message names file, reason and remedy
     * @throws IllegalArgumentException if a setting has a value that is not allowed; the message names key, allowed values and value
     */
    public static CellStore open(PrometheusConfig config) {
        boolean required = isNativeRequired(config);
        RseqStatus status = RseqStatus.current(RseqSettings.of(key -> SettingValue.of(config, key)));
        if (status.nativeLibrary()) {
            return CellStore.onShards(
                    new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()));
        }
        if (required) {
            throw new IllegalStateException(status.whyNoLibrary());
        }
        return CellStore.onJvm();
    }

    private static boolean isNativeRequired(PrometheusConfig config) {
        String value = SettingValue.of(config, PerCpuConfig.NATIVE_REQUIRED);
        if (value == null || value.equals("true")) {
            return true;
        }
        if (value.equals("false")) {
            return false;
        }
        throw new IllegalArgumentException(
                PerCpuConfig.NATIVE_REQUIRED + " is '" + value + "', but must be one of: true, false");
    }
}
