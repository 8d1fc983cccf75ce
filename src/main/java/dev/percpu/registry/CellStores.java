package dev.percpu.registry;

import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.settings.Settings;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import dev.percpu.shard.ShardPlan;
import dev.percpu.shard.ShardedCellStore;
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
        RegistrySettings settings = new RegistrySettings(config);
        boolean required = settings.get(Settings.NATIVE_REQUIRED);
        // The loader of the library reads system properties only. It runs once, in the first call of RseqProbe.status.
        settings.get(Settings.NATIVE_DIR)
                .ifPresent(folder -> System.setProperty(Settings.NATIVE_DIR.key(), folder.toString()));
        RseqStatus status = RseqProbe.status(settings.get(Settings.RSEQ_MODE), settings.get(Settings.SHARD_INDEX));
        if (status.nativeLibrary()) {
            return new ShardedCellStore(
                    new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()));
        }
        if (required) {
            throw new IllegalStateException(status.missingLibraryMessage());
        }
        return new JvmCellStore();
    }
}
