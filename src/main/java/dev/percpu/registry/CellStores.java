package dev.percpu.registry;

import dev.percpu.rseq.RseqSettings;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import dev.percpu.shard.ShardPlan;
import dev.percpu.shard.ShardedCellStore;
import io.micrometer.prometheusmetrics.PrometheusConfig;

/** The one place where it is decided what a registry records into. */
public final class CellStores {
    private CellStores() {}

    /**
     * Opens the cells of a new registry: native shards, or JVM atomics where there is no native library and none is required.
     *
     * @throws IllegalStateException if it is required and cannot be used, saying which file, why and what to do
     * @throws IllegalArgumentException if a setting has a value that is not allowed, naming key, value and what is
     */
    public static CellStore open(PrometheusConfig config) {
        boolean required = isNativeRequired(config);
        RseqStatus status = RseqStatus.current(RseqSettings.of(key -> SettingValue.of(config, key)));
        if (status.nativeLibrary()) {
            return new ShardedCellStore(
                    new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()));
        }
        if (required) {
            throw new IllegalStateException(status.whyNoLibrary());
        }
        return new JvmCellStore();
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
