package dev.percpu.scrape;

import dev.percpu.family.Family;
import dev.percpu.family.FamilyKinds;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.Series;
import dev.percpu.family.SeriesGroup;
import dev.percpu.family.SeriesShape;
import dev.percpu.meter.CellMeter;
import dev.percpu.meter.Expiry;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.CellStore;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.NamingConvention;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusScrapeRequest;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * All series of a registry, by the name that Prometheus knows them by, and their scrape, in which the cells of a series are added up once and
 * together. Thread-safe; neither registering nor recording waits for a scrape.
 */
public final class SeriesIndex implements MultiCollector {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(SeriesIndex.class);

    private final CellStore store;
    private final FunctionMeterCollector measured;
    private final Consumer<Consumer<Meter>> registered;
    private final @Nullable Expiry expiry;
    private final boolean descriptions;
    private final Map<String, SeriesGroup> groups = new ConcurrentHashMap<>();
    private final FamilyKinds kinds = new FamilyKinds();
    private final ScopedValue<Boolean> silent = ScopedValue.newInstance();

    /**
     * Stands for the latest change of the meters in cells: the meter that was added, or something else when one was removed. When a meter is
     * added, the registry does not pass it on yet, but all that were added before.
     */
    private volatile Object change = new Object();

    /**
     * @param registered passes on all meters of the registry
     * @param expiry null if all series are always shown
     * @param descriptions whether descriptions become help texts
     * @param measured collects what is not in cells
     */
    public SeriesIndex(
            CellStore store,
            Consumer<Consumer<Meter>> registered,
            @Nullable Expiry expiry,
            boolean descriptions,
            FunctionMeterCollector measured) {
        this.store = store;
        this.expiry = expiry;
        this.measured = measured;
        this.registered = registered;
        this.descriptions = descriptions;
    }

    /**
     * Adds a series.
     *
     * @param name by convention
     * @param maker makes the series, with families of the group it will be in
     * @return null, or why the series cannot be exposed
     */
    public @Nullable String add(String name, Meter.Id id, Function<SeriesGroup, Series> maker) {
        return inGroup(name, id, group -> {
            Series series = maker.apply(group);
            String refusal = kinds.claim(series.families());
            if (refusal == null) {
                Series replaced = group.put(id, series);
                if (replaced != null) {
                    kinds.release(replaced.families());
                }
            }
            return refusal;
        });
    }

    /**
     * Exposes a meter in cells, which is its own series.
     *
     * @param name by that convention
     * @param kind of its main family
     * @return null, or why it cannot be exposed
     */
    public @Nullable String add(String name, CellMeter meter, Family.Kind kind, NamingConvention convention) {
        return inGroup(name, meter.getId(), group -> {
            SeriesShape shape = group.shape(meter.getId(), kind, convention);
            String refusal = null;
            if (shape.enter()) {
                refusal = kinds.claim(shape.families());
                if (refusal != null) {
                    shape.leave();
                }
                group.tidy();
            }
            if (refusal == null) {
                meter.exposeAs(shape);
                change = meter;
                if (expiry != null) {
                    expiry.watch(meter);
                }
            }
            return refusal;
        });
    }

    /**
     * @param addition to the group of that name; tells why it was not made, or null
     */
    private @Nullable String inGroup(String name, Meter.Id id, Function<SeriesGroup, @Nullable String> addition) {
        String[] refusal = new String[1];
        groups.compute(name, (key, existing) -> {
            SeriesGroup group = existing != null ? existing : new SeriesGroup(name, id, descriptions);
            refusal[0] = group.refusal(id);
            if (refusal[0] == null) {
                try {
                    refusal[0] = addition.apply(group);
                } catch (IllegalArgumentException e) {
                    refusal[0] = "Prometheus does not take this name or these labels: " + e.getMessage();
                }
            }
            return group.isEmpty() ? null : group;
        });
        return refusal[0];
    }

    /** Frees the name of a meter in cells that was taken out of the registry. */
    public void remove(CellMeter meter) {
        SeriesShape shape = meter.shape();
        if (shape == null) {
            return;
        }
        change = new Object();
        groups.computeIfPresent(shape.group().name(), (name, group) -> {
            if (shape.leave()) {
                kinds.release(shape.families());
                group.tidy();
            }
            return group.isEmpty() ? null : group;
        });
    }

    /** Takes a series out, if it is there. */
    public void remove(String name, Meter.Id id) {
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
        if (silent.isBound()) {
            return MetricSnapshots.of();
        }
        FamilyValues others = new FamilyValues(includedNames);
        try {
            measured.collect(groups.values(), includedNames, List.of(), others);
        } catch (InterruptedIOException e) {
            throw new UncheckedIOException(e);
        }
        return withCells(includedNames, others);
    }

    /**
     * The wanted families, and those of others.
     *
     * @throws InterruptedIOException if this thread is interrupted while what is not in cells is asked for, which it still is then
     */
    public MetricSnapshots everything(Predicate<String> included, ExternalCollectors foreign)
            throws InterruptedIOException {
        Others others = others(included, foreign);
        return ExternalCollectors.together(withCells(included, others.values()), others.foreign());
    }

    private MetricSnapshots withCells(Predicate<String> included, FamilyValues others) {
        FamilyValues values = new FamilyValues(included);
        List<CellMeter> meters = meters(); // first: their cells are older than the totals
        try (CellSnapshot totals = store.snapshot()) {
            inOrder(shown(meters, totals)).forEach(meter -> collect(meter, totals, included, values));
        }
        values.addAll(others);
        return values.snapshots();
    }

    /** All meters in cells but those that are to be hidden. */
    public List<CellMeter> shown() {
        List<CellMeter> meters = meters();
        if (expiry == null) {
            return meters;
        }
        try (CellSnapshot totals = store.snapshot()) {
            return shown(meters, totals);
        }
    }

    private List<CellMeter> meters() {
        List<CellMeter> meters = new ArrayList<>();
        registered.accept(meter -> {
            if (meter instanceof CellMeter inCells) {
                meters.add(inCells);
            }
        });
        return meters;
    }

    private List<CellMeter> shown(List<CellMeter> meters, CellSnapshot totals) {
        if (expiry == null) {
            return meters;
        }
        List<CellMeter> shown = new ArrayList<>(meters.size());
        for (CellMeter meter : meters) {
            if (!expiry.hides(meter, totals)) {
                shown.add(meter);
            }
        }
        expiry.looked(meters.size() - shown.size());
        return shown;
    }

    /** The cells as they are now, and the meters that are shown with them. */
    record Now(ScrapeCells cells, FamilyTable table) implements AutoCloseable {
        @Override
        public void close() {
            cells.close();
        }
    }

    /**
     * Readies the cells for reading.
     *
     * @param last the table of an earlier time, which may still hold
     */
    Now now(FamilyTable last) {
        if (expiry == null) {
            Object latest = change; // before the meters: what comes after it is looked at by the next scrape
            FamilyTable table = last.isAsOf(latest) ? last : last.of(meters(), latest);
            return new Now(new ScrapeCells(store), table);
        }
        List<CellMeter> meters = meters();
        ScrapeCells cells = new ScrapeCells(store);
        try {
            return new Now(cells, last.of(shown(meters, cells.totals()), null));
        } catch (RuntimeException e) {
            cells.close();
            throw e;
        }
    }

    /** Calls while this index has nothing to tell its collector's registry: what it would tell is told otherwise. */
    <T> T whileSilent(Supplier<T> call) {
        return ScopedValue.where(silent, true).call(call::get);
    }

    /** All that is not in cells: families of foreign collectors, and values of meters. */
    record Others(List<MetricSnapshot> foreign, FamilyValues values) {}

    /**
     * Asks for all that is not in cells, which may take its time: to be done before cells are added up.
     *
     * @throws InterruptedIOException if this thread is interrupted meanwhile, which it still is then
     */
    Others others(Predicate<String> included, ExternalCollectors foreign) throws InterruptedIOException {
        FamilyValues values = new FamilyValues(included);
        List<ExternalCollectors.OfCollector> readings = foreign.readings(included);
        measured.collect(groups.values(), included, readings, values);
        return new Others(
                readings.stream().flatMap(reading -> reading.taken().stream()).toList(), values);
    }

    /** In the order in which the first of a family decides on its help text. */
    static List<CellMeter> inOrder(List<CellMeter> meters) {
        List<CellMeter> inOrder = new ArrayList<>(meters.size());
        Map<SeriesGroup, Map<Meter.Id, CellMeter>> undecided = new HashMap<>();
        for (CellMeter meter : meters) {
            SeriesShape shape = meter.shape();
            if (shape != null && shape.group().hasSeveralHelps()) {
                // Of several help texts Micrometer shows that of the first meter in the order of such a map.
                undecided
                        .computeIfAbsent(shape.group(), group -> new ConcurrentHashMap<>())
                        .put(meter.getId(), meter);
            } else {
                inOrder.add(meter);
            }
        }
        undecided.values().forEach(group -> inOrder.addAll(group.values()));
        return inOrder;
    }

    /** Adds the values of a meter in cells. */
    static void collect(CellMeter meter, CellSnapshot totals, Predicate<String> included, FamilyValues values) {
        SeriesShape shape = meter.shape();
        if (shape == null
                || !(included.test(shape.main().name())
                        || included.test(shape.max().name()))) {
            return;
        }
        try {
            meter.collect(shape, totals, values);
        } catch (RuntimeException e) {
            warn(meter.getId(), e);
        }
    }

    private static void warn(Meter.Id id, RuntimeException e) {
        LOGGER.log(() -> "the meter " + id + " is left out of the scrape: it failed to tell its value", e);
    }
}
