package dev.percpu.scrape;

import dev.percpu.family.Family;
import dev.percpu.family.FamilyKinds;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.NamedSeries;
import dev.percpu.family.NamedSeries.SeriesShape;
import dev.percpu.family.Series;
import dev.percpu.family.WarnOnceLogger;
import dev.percpu.meter.CellMeter;
import dev.percpu.meter.Expiry;
import dev.percpu.shard.CellSnapshot;
import dev.percpu.shard.CellStore;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.NamingConvention;
import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.registry.PrometheusScrapeRequest;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The index of a registry's series by Prometheus name, and the collector of their values. Thread-safe: a registration or a record never
 * waits for a scrape.
 *
 * <p>Cell meters record into cells. A scrape sums all cells of a meter together, so its values agree. All other meters are function meters,
 * whose values are returned by user code.
 */
public final class SeriesIndex implements MultiCollector {
    private static final WarnOnceLogger LOGGER = new WarnOnceLogger(SeriesIndex.class);

    private final CellStore store;
    private final FunctionMeterCollector functionMeters;
    private final Consumer<Consumer<Meter>> forEachMeter;
    private final Expiry expiry;
    private final boolean descriptions;
    private final Map<String, NamedSeries> groups = new ConcurrentHashMap<>();
    private final FamilyKinds kinds = new FamilyKinds();

    /** Bound while this index, as a collector of its Prometheus registry, must return no families. */
    private final ScopedValue<Boolean> excluded = ScopedValue.newInstance();

    /**
     * Identifies the last change of the cell meters: the meter that was registered, or a new object for a removal.
     *
     * <p>A meter is added here before the registry lists it. At that time the registry lists all meters that were added before. That holds
     * among the meters with exact names, and among all others, because each kind is registered under a lock of its own.
     */
    private volatile Object lastChange = new Object();

    /** The same for meters with exact names. */
    private volatile Object lastExactChange = new Object();

    /**
     * Creates an index.
     *
     * @param store the store of the meters' cells
     * @param forEachMeter passes all meters of the registry to a consumer
     * @param expiry hides idle cell meters
     * @param descriptions whether help texts are the meters' descriptions
     * @param functionMeters reads the function meters
     */
    public SeriesIndex(
            CellStore store,
            Consumer<Consumer<Meter>> forEachMeter,
            Expiry expiry,
            boolean descriptions,
            FunctionMeterCollector functionMeters) {
        this.store = store;
        this.expiry = expiry;
        this.functionMeters = functionMeters;
        this.forEachMeter = forEachMeter;
        this.descriptions = descriptions;
    }

    /**
     * Adds the series of a function meter.
     *
     * @param convention the naming convention of the meter
     * @param factory creates the series, with families of the group that it will be in
     * @return reason why the series cannot be exposed; null if it was added
     */
    public @Nullable String add(Meter.Id id, NamingConvention convention, Function<NamedSeries, Series> factory) {
        return addToGroup(id, convention, group -> {
            Series series = factory.apply(group);
            String rejection = kinds.claim(series.families());
            if (rejection == null) {
                Series replaced = group.put(id, series);
                if (replaced != null) {
                    kinds.release(replaced.families());
                }
            }
            return rejection;
        });
    }

    /**
     * Adds a cell meter, which is its own series.
     *
     * @param kind the kind of its main family
     * @param convention the naming convention of the meter
     * @param expireAfter time without a record after which scrapes omit the meter; null for the time of the registry, which may be never
     * @return reason why the meter cannot be exposed; null if it was added
     */
    public @Nullable String add(
            CellMeter meter, Family.Kind kind, NamingConvention convention, @Nullable Duration expireAfter) {
        return addToGroup(meter.getId(), convention, group -> {
            SeriesShape shape = group.shape(meter.getId(), kind, convention);
            String rejection = null;
            if (shape.addSeries()) {
                rejection = kinds.claim(shape.families());
                if (rejection != null) {
                    shape.removeSeries();
                }
                group.removeUnusedShapes();
            }
            if (rejection == null) {
                meter.exposeAs(shape);
                if (shape.main().exact()) {
                    lastExactChange = meter;
                } else {
                    lastChange = meter;
                }
                expiry.track(meter, expireAfter);
            }
            return rejection;
        });
    }

    /**
     * Returns why a cell meter could not be added now, without adding anything. So a meter that is rejected needs no cell.
     *
     * @param kind the kind of its main family
     * @param convention the naming convention of the meter
     * @return reason why the meter cannot be exposed; null if it can
     */
    public @Nullable String rejection(Meter.Id id, Family.Kind kind, NamingConvention convention) {
        return addToGroup(id, convention, group -> {
            SeriesShape shape = group.shape(id, kind, convention);
            if (shape.isUsed()) {
                return null;
            }
            group.removeUnusedShapes();
            return kinds.rejection(shape.families());
        });
    }

    /** Returns whether meters with another naming than {@link dev.percpu.family.ExactNames} have a family or sample of this name. */
    public boolean isOfOtherMeters(String name) {
        return kinds.isOfOtherMeters(name);
    }

    /**
     * Runs an addition on the group of a name, under the lock of that name.
     *
     * @param addition returns the reason why nothing was added; null if the series was added
     * @return reason why the series cannot be exposed; null if it was added
     */
    private @Nullable String addToGroup(
            Meter.Id id, NamingConvention convention, Function<NamedSeries, @Nullable String> addition) {
        String[] rejection = new String[1];
        groups.compute(id.getConventionName(convention), (name, existing) -> {
            NamedSeries group = existing != null ? existing : new NamedSeries(name, id, convention, descriptions);
            rejection[0] = group.rejection(id, convention);
            if (rejection[0] == null) {
                try {
                    rejection[0] = addition.apply(group);
                } catch (IllegalArgumentException e) {
                    rejection[0] = "Prometheus does not accept this name or these labels: " + e.getMessage();
                }
            }
            return group.isEmpty() ? null : group;
        });
        return rejection[0];
    }

    /** Removes a cell meter, so that its name is free. */
    public void remove(CellMeter meter) {
        SeriesShape shape = meter.shape();
        if (shape == null) {
            return;
        }
        lastChange = new Object();
        groups.computeIfPresent(shape.group().name(), (name, group) -> {
            if (shape.removeSeries()) {
                kinds.release(shape.families());
                group.removeUnusedShapes();
            }
            return group.isEmpty() ? null : group;
        });
    }

    /** Removes the series of a function meter, if there is one. */
    public void remove(String name, Meter.Id id) {
        if (!removeFrom(name, id)) {
            // The naming convention can have changed after the registration.
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
        if (excluded.isBound()) {
            return MetricSnapshots.of();
        }
        try {
            return collectCells(includedNames, collectFunctionMeters(includedNames, List.of()))
                    .snapshots();
        } catch (InterruptedIOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes a call during which {@link #collect()} returns no families: the caller collects them by other methods. */
    <T> T callExcluded(Supplier<T> call) {
        return ScopedValue.where(excluded, true).call(call::get);
    }

    /**
     * Collects the function meters. This can take long, so do it before cells are summed.
     *
     * @param external additional reads, which run after the function meters
     * @throws InterruptedIOException if the thread is interrupted; it stays interrupted
     */
    FamilyValues collectFunctionMeters(Predicate<String> included, List<? extends GuardedRead> external)
            throws InterruptedIOException {
        FamilyValues values = new FamilyValues(included);
        functionMeters.collect(groups.values(), included, external, values);
        return values;
    }

    /** Collects the exposed cell meters, and returns their families together with values that were collected before. */
    FamilyValues collectCells(Predicate<String> included, FamilyValues collected) {
        FamilyValues values = new FamilyValues(included);
        List<CellMeter> meters = cellMeters(); // before the snapshot: it has the cells of all these meters
        try (CellSnapshot snapshot = store.snapshot()) {
            SortedFamilies.inHelpOrder(exposed(meters, snapshot))
                    .forEach(meter -> collect(meter, snapshot, included, values));
        }
        values.addAll(collected);
        return values;
    }

    /** Adds the values of a cell meter. A meter that throws is left out. */
    static void collect(CellMeter meter, CellSnapshot snapshot, Predicate<String> included, FamilyValues values) {
        SeriesShape shape = meter.shape();
        if (shape == null
                || !(included.test(shape.main().name())
                        || included.test(shape.max().name()))) {
            return;
        }
        try {
            meter.collect(shape, snapshot, values);
        } catch (RuntimeException e) {
            LOGGER.log(
                    meter.getId().toString(),
                    () -> "The meter " + meter.getId() + " is left out of the scrape, because reading it failed",
                    e);
        }
    }

    /** Returns all cell meters but hidden ones. */
    public List<CellMeter> exposed() {
        List<CellMeter> meters = cellMeters();
        if (!expiry.isActive()) {
            return meters;
        }
        try (CellSnapshot snapshot = store.snapshot()) {
            return exposed(meters, snapshot);
        }
    }

    private List<CellMeter> exposed(List<CellMeter> meters, CellSnapshot snapshot) {
        if (!expiry.isActive()) {
            return meters;
        }
        List<CellMeter> exposed = new ArrayList<>(meters.size());
        for (CellMeter meter : meters) {
            if (!expiry.checkIdle(meter, snapshot)) {
                exposed.add(meter);
            }
        }
        expiry.finishCheck(meters.size() - exposed.size());
        return exposed;
    }

    private List<CellMeter> cellMeters() {
        List<CellMeter> meters = new ArrayList<>();
        forEachMeter.accept(meter -> {
            if (meter instanceof CellMeter cellMeter) {
                meters.add(cellMeter);
            }
        });
        return meters;
    }

    /**
     * Opens the cells for one scrape.
     *
     * @param words memory as {@link ScrapeCells} needs
     */
    ScrapeCells openCells(long[] words) {
        return new ScrapeCells(store, words);
    }

    /**
     * Returns the table of the exposed cell meters.
     *
     * @param last the table of an earlier scrape, which is returned if it is current
     */
    SortedFamilies table(SortedFamilies last, ScrapeCells cells) {
        if (expiry.isActive()) {
            List<CellMeter> meters = cellMeters(); // before the snapshot, as above
            return last.update(exposed(meters, cells.snapshot()), null);
        }
        IndexChanges changes =
                new IndexChanges(lastChange, lastExactChange); // before the meters: the next scrape sees a later change
        return last.isCurrent(changes) ? last : last.update(cellMeters(), changes);
    }
}
