package dev.percpu.scrape;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricFamilyDescriptor;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

/**
 * A {@link PrometheusRegistry} whose collectors a {@link PerCpuMeterRegistry} asks one by one, each within its time limit: one that hangs
 * or throws costs its own samples only. A plain one does not tell its collectors, so that there it costs those of all collectors that are
 * not the meter registry's. Used directly, it is a plain one in every way. Thread-safe.
 */
public final class IsolatingPrometheusRegistry extends PrometheusRegistry {
    /**
     * A collector in a registry of its own, which decides as any registry does whether it is wanted.
     *
     * @param named whether the log has named it
     */
    record Isolated(Object collector, PrometheusRegistry alone, String inWords, AtomicBoolean named) {
        Isolated(Object collector, String families) {
            this(
                    collector,
                    new PrometheusRegistry(),
                    "the collector " + collector.getClass().getName() + (families.isEmpty() ? "" : " of " + families),
                    new AtomicBoolean());
        }
    }

    private final Map<Object, Isolated> isolated = new ConcurrentHashMap<>();

    /** Without collectors. */
    public IsolatingPrometheusRegistry() {}

    /** As they are now. */
    Collection<Isolated> isolated() {
        return isolated.values();
    }

    @Override
    public synchronized void register(Collector collector) {
        super.register(collector);
        MetricFamilyDescriptor family = collector.getMetricFamilyDescriptor();
        Isolated added = new Isolated(collector, family == null ? "" : family.getPrometheusName());
        added.alone().register(collector);
        isolated.put(collector, added);
    }

    @Override
    public synchronized void register(MultiCollector collector) {
        super.register(collector);
        List<MetricFamilyDescriptor> families = collector.getMetricFamilyDescriptors();
        Isolated added = new Isolated(
                collector,
                families.stream().map(MetricFamilyDescriptor::getPrometheusName).collect(Collectors.joining(", ")));
        added.alone().register(collector);
        isolated.put(collector, added);
    }

    @Override
    public synchronized void unregister(Collector collector) {
        super.unregister(collector);
        isolated.remove(collector);
    }

    @Override
    public synchronized void unregister(MultiCollector collector) {
        super.unregister(collector);
        isolated.remove(collector);
    }

    @Override
    public synchronized void clear() {
        super.clear();
        isolated.clear();
    }
}
