package dev.percpu.scrape;

import dev.percpu.family.Family;
import dev.percpu.family.NamedSeries;
import dev.percpu.family.NamedSeries.SeriesShape;
import dev.percpu.meter.CellMeter;
import io.micrometer.core.instrument.Meter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The families of cell meters in the order of the text formats. Families are sorted by name, meters of a family by labels. Thread-safe.
 *
 * <p>The rows of a table are immutable. A removal changes only the map of families that the next update reuses. An update creates a new
 * table, which reuses each family whose meters are unchanged, and the sorted meters of a family whose meters have changed.
 */
final class SortedFamilies {
    static final SortedFamilies EMPTY = new SortedFamilies(new ConcurrentHashMap<>(), List.of(), null);

    /** A family is dropped if more than 1/8 of its meters have been removed. */
    private static final int METERS_PER_REMOVAL = 8;

    /** Families by the name of the main one. A removal drops one in place: a copy would take time for each family of the table. */
    private final ConcurrentHashMap<String, Entry> entries;

    /** Families by name, main ones and maxima. */
    private final List<FamilyWriter> rows;

    /** Last changes of the index that this table includes; null if they are unknown. */
    private final @Nullable IndexChanges completeTo;

    /**
     * The meters of one main family.
     *
     * @param meters the meters, in the order of the registry
     * @param main the row of the main family
     * @param max the row of the maxima; null for counters
     * @param removed the number of meters that were removed since
     */
    private record Entry(
            List<CellMeter> meters,
            FamilyWriter main,
            @Nullable FamilyWriter max,
            AtomicInteger removed) {}

    private SortedFamilies(
            ConcurrentHashMap<String, Entry> entries, List<FamilyWriter> rows, @Nullable IndexChanges completeTo) {
        this.entries = entries;
        this.rows = rows;
        this.completeTo = completeTo;
    }

    /** Returns the families by name. */
    List<FamilyWriter> rows() {
        return rows;
    }

    /** Returns whether this table has all meters if these are the last changes of the index. */
    boolean isCurrent(IndexChanges changes) {
        return changes.areSame(completeTo);
    }

    /**
     * Returns a table without rows, to be updated by the next scrape, after a meter was removed.
     *
     * <p>It is always a new object, so that a scrape in progress cannot replace it with a table that has the removed meter.
     *
     * <p>A family with few removed meters is kept for the update. Until then it holds these meters, and their cells are not recycled.
     */
    SortedFamilies without(CellMeter meter) {
        SeriesShape shape = meter.shape();
        String family = shape == null ? "" : shape.main().name();
        Entry entry = entries.get(family);
        if (entry != null && entry.removed.incrementAndGet() > entry.meters.size() / METERS_PER_REMOVAL) {
            entries.remove(family);
        }
        return new SortedFamilies(entries, List.of(), null);
    }

    /**
     * Returns a table of the given meters.
     *
     * @param meters the exposed meters, in the order of the registry
     * @param changes the last changes of the index before the meters were listed; null if the table is to be updated by every scrape
     */
    SortedFamilies update(List<CellMeter> meters, @Nullable IndexChanges changes) {
        Map<String, List<CellMeter>> families = new HashMap<>();
        for (CellMeter meter : inHelpOrder(meters)) {
            SeriesShape shape = meter.shape();
            if (shape != null) {
                families.computeIfAbsent(shape.main().name(), name -> new ArrayList<>())
                        .add(meter);
            }
        }
        ConcurrentHashMap<String, Entry> updated = new ConcurrentHashMap<>();
        families.forEach((name, familyMeters) -> {
            Entry last = entries.get(name);
            updated.put(name, last != null && areSame(last.meters, familyMeters) ? last : entry(familyMeters, last));
        });
        // A last change can be a new meter that the registry does not list yet. Then this table is incomplete.
        boolean complete = changes != null && changes.areListed(meters);
        return new SortedFamilies(updated, rows(updated), complete ? changes : null);
    }

    /**
     * Returns the meters, ordered so that the first meter of each family has the help text that is written.
     *
     * <p>If the meters of a family have different help texts, Micrometer writes that of the first meter in the order of a hash map. This
     * method iterates over a map of the same kind, to write the same text.
     */
    static List<CellMeter> inHelpOrder(List<CellMeter> meters) {
        List<CellMeter> ordered = new ArrayList<>(meters.size());
        Map<NamedSeries, List<CellMeter>> ambiguous = new HashMap<>();
        for (CellMeter meter : meters) {
            SeriesShape shape = meter.shape();
            if (shape != null && shape.group().hasSeveralHelps()) {
                ambiguous
                        .computeIfAbsent(shape.group(), group -> new ArrayList<>())
                        .add(meter);
            } else {
                ordered.add(meter);
            }
        }
        ambiguous.values().forEach(group -> ordered.addAll(inHashOrder(group)));
        return ordered;
    }

    private static Collection<CellMeter> inHashOrder(List<CellMeter> meters) {
        // Ids in the same bin of the map keep the order in which they are added. That of the registry changes when its
        // own map grows.
        meters.sort(Comparator.comparing(meter -> meter.getId().toString()));
        Map<Meter.Id, CellMeter> ordered = new ConcurrentHashMap<>();
        meters.forEach(meter -> ordered.put(meter.getId(), meter));
        return ordered.values();
    }

    private static List<FamilyWriter> rows(Map<String, Entry> entries) {
        Map<String, FamilyWriter> byName = new TreeMap<>();
        for (Entry entry : entries.values()) {
            byName.put(entry.main.family().name(), entry.main);
            if (entry.max != null) {
                byName.put(entry.max.family().name(), entry.max);
            }
        }
        return List.copyOf(byName.values());
    }

    /** Returns whether two lists have the same objects. A meter that was registered again has an equal id, but different cells. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean areSame(List<CellMeter> first, List<CellMeter> second) {
        if (first.size() != second.size()) {
            return false;
        }
        for (int i = 0; i < first.size(); i++) {
            if (first.get(i) != second.get(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Creates the entry of a family.
     *
     * @param registered its meters, in the order of the registry; the first one's shape defines the family
     * @param last the entry of the last table
     */
    private static Entry entry(List<CellMeter> registered, @Nullable Entry last) {
        SeriesShape shape = SortedSeries.shape(registered.getFirst());
        SortedSeries sorted = null;
        if (last != null && last.main.family().equals(shape.main())) {
            sorted = SortedSeries.update(last.main.series(), last.meters.size(), registered);
        }
        if (sorted == null) {
            sorted = SortedSeries.of(registered, shape.main().name());
        }
        FamilyWriter lastMain = last == null ? null : last.main;
        FamilyWriter lastMax = last == null ? null : last.max;
        FamilyWriter main = new FamilyWriter.Samples(shape.main(), sorted, names(lastMain, shape.main()));
        FamilyWriter max = shape.max().equals(shape.main())
                ? null
                : new FamilyWriter.Max(shape.max(), sorted, names(lastMax, shape.max()));
        return new Entry(registered, main, max, new AtomicInteger());
    }

    private static FamilyWriter.Names names(@Nullable FamilyWriter last, Family family) {
        return last != null && last.family().equals(family) ? last.names() : new FamilyWriter.Names();
    }
}
