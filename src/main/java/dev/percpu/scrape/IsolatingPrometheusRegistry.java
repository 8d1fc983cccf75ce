package dev.percpu.scrape;

import dev.percpu.exposition.PrometheusClient;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A {@link PrometheusRegistry} whose collectors are read one by one by a {@code PerCpuMeterRegistry}, each with a time limit. Thread-safe.
 *
 * <p>A collector that blocks or throws loses only its own samples. In a plain registry it loses the samples of all collectors but the meter
 * registry's, because a plain registry does not list its collectors. Scraped directly, this registry behaves as a plain one.
 */
public final class IsolatingPrometheusRegistry extends PrometheusRegistry {
    /**
     * A collector in a registry of its own, which applies the filters of a scrape as any registry does.
     *
     * @param description the collector, for the log
     * @param reported whether the log has named it
     */
    record Isolated(Object collector, PrometheusRegistry registry, String description, AtomicBoolean reported) {
        Isolated(Object collector, List<String> families) {
            this(
                    collector,
                    new PrometheusRegistry(),
                    "the collector " + collector.getClass().getName()
                            + (families.isEmpty() ? "" : " of " + String.join(", ", families)),
                    new AtomicBoolean());
        }
    }

    private final Map<Object, Isolated> isolated = new ConcurrentHashMap<>();

    /** Creates a registry without collectors. */
    public IsolatingPrometheusRegistry() {}

    /** Returns a live view of the collectors. */
    Collection<Isolated> isolated() {
        return isolated.values();
    }

    @Override
    public synchronized void register(Collector collector) {
        super.register(collector);
        Isolated added = new Isolated(collector, PrometheusClient.familyNames(collector));
        added.registry().register(collector);
        isolated.put(collector, added);
    }

    @Override
    public synchronized void register(MultiCollector collector) {
        super.register(collector);
        Isolated added = new Isolated(collector, PrometheusClient.familyNames(collector));
        added.registry().register(collector);
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
