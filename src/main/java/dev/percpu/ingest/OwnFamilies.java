package dev.percpu.ingest;

import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import java.util.List;
import java.util.Set;

/** The names of the service's own families, which senders must not use. Stateless. */
public final class OwnFamilies {
    private static final String OWN = "percpu_";

    private static final List<String> PREFIXES = List.of(
            "http_server_", "jvm", "netty_", OWN, "process_", "system_cpu_", "system_load_", "vertx_", "worker_pool_");

    /**
     * Families that the registry may not know when a sender uses their names: those of collectors, and those whose first series is registered
     * after the start. Without the suffixes of samples.
     */
    private static final Set<String> UNKNOWN_TO_REGISTRY = Set.of(
            // Of collectors.
            "jvm_info",
            "process_cpu_seconds",
            "process_max_fds",
            "process_open_fds",
            "process_resident_memory_bytes",
            "process_start_time_seconds",
            "process_virtual_memory_bytes",
            // Of the first event.
            "http_server_connections_seconds",
            "http_server_errors",
            "http_server_push",
            "http_server_requests_seconds",
            "http_server_websocket_connections_seconds",
            "jvm_gc_concurrent_phase_time_seconds",
            "jvm_gc_pause_seconds",
            "worker_pool_active",
            "worker_pool_completed",
            "worker_pool_idle",
            "worker_pool_queue_delay_seconds",
            "worker_pool_queue_size",
            "worker_pool_ratio",
            "worker_pool_rejected",
            "worker_pool_usage_seconds");

    private static final List<String> SUFFIXES = List.of("_total", "_max", "_count", "_sum", "_bucket");

    private OwnFamilies() {}

    /** Returns whether a name starts like an own family. For StatsD, where such names are no convention. */
    static boolean haveStartOf(String name) {
        return PREFIXES.stream().anyMatch(name::startsWith);
    }

    /**
     * Returns whether a name is that of an own family, or of one of its samples, that the registry may not know yet. The names of
     * OpenTelemetry's conventions, such as {@code jvm.thread.count}, are free unless the registry has a family of that name.
     *
     * @param name name of a family, escaped or not
     */
    public static boolean haveReserved(String name) {
        String escaped = PrometheusNaming.prometheusName(name);
        return escaped.startsWith(OWN)
                || UNKNOWN_TO_REGISTRY.contains(escaped)
                || SUFFIXES.stream()
                        .anyMatch(suffix -> escaped.endsWith(suffix)
                                && UNKNOWN_TO_REGISTRY.contains(
                                        escaped.substring(0, escaped.length() - suffix.length())));
    }
}
