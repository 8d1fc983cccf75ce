package dev.percpu.meter;

import dev.percpu.shard.CellStore;
import dev.percpu.shard.Totals;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Meter;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusScrapeRequest;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * All series of a registry, by the name that Prometheus knows them by, and their scrape: all cells are added up once, then every series is
 * read from that. Thread-safe; neither registering nor recording waits for a scrape.
 */
final class SeriesIndex implements MultiCollector {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(SeriesIndex.class);

    private final CellStore store;
    private final boolean descriptions;
    private final Map<String, SeriesGroup> groups = new ConcurrentHashMap<>();
    private final FamilyKinds kinds = new FamilyKinds();

    /**
     * @param descriptions whether descriptions become help texts
     */
    SeriesIndex(CellStore store, boolean descriptions) {
        this.store = store;
        this.descriptions = descriptions;
    }

    /**
     * Adds a series.
     *
     * @param name by convention
     * @param maker makes the series, with families of the group it will be in
     * @return null, or why the series cannot be exposed
     */
    @Nullable
    String add(String name, Meter.Id id, Function<SeriesGroup, Series> maker) {
        String[] refusal = new String[1];
        groups.compute(name, (key, existing) -> {
            SeriesGroup group = existing != null ? existing : new SeriesGroup(name, id, descriptions);
            refusal[0] = addTo(group, id, maker);
            return group.isEmpty() ? null : group;
        });
        return refusal[0];
    }

    private @Nullable String addTo(SeriesGroup group, Meter.Id id, Function<SeriesGroup, Series> maker) {
        String refusal = group.refusal(id);
        if (refusal != null) {
            return refusal;
        }
        Series series;
        try {
            series = maker.apply(group);
        } catch (IllegalArgumentException e) {
            return "Prometheus does not take this name or these labels: " + e.getMessage();
        }
        refusal = kinds.claim(series.families());
        if (refusal == null) {
            Series replaced = group.put(id, series);
            if (replaced != null) {
                kinds.release(replaced.families());
            }
        }
        return refusal;
    }

    /** Takes a series out, if it is there. */
    void remove(String name, Meter.Id id) {
        if (!removeFrom(name, id)) {
            // The naming convention may have been changed since.
            for (String other : groups.keySet()) {
                if (removeFrom(other, id)) {
                    return;
                }
            }
        }
    }

    private boolean removeFrom(String name, Meter.Id id) {
        boolean[] removed = new boolean[1];
        groups.computeIfPresent(name, (key, group) -> {
            Series series = group.remove(id);
            if (series != null) {
                kinds.release(series.families());
                removed[0] = true;
            }
            return group.isEmpty() ? null : group;
        });
        return removed[0];
    }

    @Override
    public MetricSnapshots collect() {
        return collect(name -> true, null);
    }

    @Override
    public MetricSnapshots collect(Predicate<String> includedNames, @Nullable PrometheusScrapeRequest request) {
        FamilyValues values = new FamilyValues(includedNames);
        try (Totals totals = store.totals()) {
            for (SeriesGroup group : groups.values()) {
                group.forEach((id, series) -> collect(id, series, totals, includedNames, values));
            }
        }
        return values.snapshots();
    }

    private static void collect(
            Meter.Id id, Series series, Totals totals, Predicate<String> included, FamilyValues values) {
        List<Family> families = series.families();
        if (!families.isEmpty() && families.stream().noneMatch(family -> included.test(family.name()))) {
            return;
        }
        try {
            series.collect(totals, values);
        } catch (RuntimeException e) {
            LOGGER.log(() -> "the meter " + id + " is left out of the scrape: it failed to tell its value", e);
        }
    }
}
