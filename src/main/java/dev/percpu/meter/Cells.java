package dev.percpu.meter;

import dev.percpu.shard.CellStore;
import io.micrometer.prometheusmetrics.PrometheusConfig;

/** The one place where it is decided what a registry records into. */
final class Cells {
    private Cells() {}

    /** Opens the cells of a new registry. */
    static CellStore open(PrometheusConfig config) {
        return CellStore.onJvm();
    }
}
