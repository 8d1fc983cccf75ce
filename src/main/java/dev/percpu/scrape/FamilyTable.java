package dev.percpu.scrape;

import dev.percpu.family.Family;
import dev.percpu.family.SeriesGroup;
import dev.percpu.family.SeriesGroup.SeriesShape;
import dev.percpu.meter.CellMeter;
import io.micrometer.core.instrument.Meter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The families of cell meters, sorted as the text formats write them: families by name, meters of a family by labels. Thread-safe.
 *
 * <p>A table is immutable but for the number of removed meters. An update creates a new table, which reuses each family whose meters are
 * unchanged, and the sorted meters of a family whose meters have changed.
 */
final class FamilyTable {
    static final FamilyTable EMPTY = new FamilyTable(Map.of(), List.of(), null);

    /** The maximum number of families to copy for one removal. Larger tables drop all: thousands of meters can be removed in a row. */
    private static final int MAX_COPIED_FAMILIES = 1_000;

    /** A family is dropped when more than one meter of this many has been removed. */
    private static final int METERS_PER_REMOVAL = 8;

    /** Families by the name of the main one. */
    private final Map<String, Entry> entries;

    /** Families by name, main ones and maxima. */
    private final List<FamilyRow> rows;

    /** The change of the index up to which this table has all meters; null if it is unknown. */
    private final @Nullable Object completeTo;

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
            FamilyRow main,
            @Nullable FamilyRow max,
            AtomicInteger removed) {}

    private FamilyTable(Map<String, Entry> entries, List<FamilyRow> rows, @Nullable Object completeTo) {
        this.entries = entries;
        this.rows = rows;
        this.completeTo = completeTo;
    }

    /** Returns the families by name. */
    List<FamilyRow> rows() {
        return rows;
    }

    /** Returns whether this table has all meters if {@code change} is the last change of the index. */
    @SuppressWarnings("ReferenceEquality") // changes are compared by identity
    boolean isCurrent(Object change) {
        return completeTo == change;
    }

    /**
     * Returns a table without rows, to be updated by the next scrape, after a meter was removed.
     *
     * <p>It is always a new object, so that a scrape in progress cannot replace it with a table that has the removed meter.
     *
     * <p>A family with few removed meters is kept for the update. Until then it holds these meters, and their cells are not recycled.
     */
    FamilyTable without(CellMeter meter) {
        SeriesShape shape = meter.shape();
        String family = shape == null ? "" : shape.main().name();
        Entry entry = entries.get(family);
        if (entry == null || entry.removed.incrementAndGet() <= entry.meters.size() / METERS_PER_REMOVAL) {
            return new FamilyTable(entries, List.of(), null);
        }
        Map<String, Entry> remaining = new HashMap<>(entries.size() > MAX_COPIED_FAMILIES ? Map.of() : entries);
        remaining.remove(family);
        return new FamilyTable(remaining, List.of(), null);
    }

    /**
     * Returns a table of the given meters.
     *
     * @param meters the exposed meters, in the order of the registry
     * @param change the last change of the index before the meters were listed; null if the table is to be updated by every scrape
     */
    @SuppressWarnings("ReferenceEquality")
    FamilyTable update(List<CellMeter> meters, @Nullable Object change) {
        Map<String, List<CellMeter>> families = new HashMap<>();
        for (CellMeter meter : inHelpOrder(meters)) {
            SeriesShape shape = meter.shape();
            if (shape != null) {
                families.computeIfAbsent(shape.main().name(), name -> new ArrayList<>())
                        .add(meter);
            }
        }
        Map<String, Entry> updated = new HashMap<>();
        families.forEach((name, ofFamily) -> {
            Entry last = entries.get(name);
            updated.put(name, last != null && areSame(last.meters, ofFamily) ? last : entry(ofFamily, last));
        });
        // A registered meter is the last change before the registry lists it. Then this table lacks that meter.
        boolean complete =
                !(change instanceof CellMeter added) || meters.stream().anyMatch(meter -> meter == added);
        return new FamilyTable(updated, rows(updated), complete ? change : null);
    }

    /**
     * Returns meters in the order that decides on the help text of a family: the first meter's is written.
     *
     * <p>If the meters of a family have different help texts, Micrometer writes that of the first meter in the order of a hash map. This
     * method iterates over a map of the same kind, to write the same text.
     */
    static List<CellMeter> inHelpOrder(List<CellMeter> meters) {
        List<CellMeter> ordered = new ArrayList<>(meters.size());
        Map<SeriesGroup, Map<Meter.Id, CellMeter>> ambiguous = new HashMap<>();
        for (CellMeter meter : meters) {
            SeriesShape shape = meter.shape();
            if (shape != null && shape.group().hasSeveralHelps()) {
                ambiguous
                        .computeIfAbsent(shape.group(), group -> new ConcurrentHashMap<>())
                        .put(meter.getId(), meter);
            } else {
                ordered.add(meter);
            }
        }
        ambiguous.values().forEach(group -> ordered.addAll(group.values()));
        return ordered;
    }

    private static List<FamilyRow> rows(Map<String, Entry> entries) {
        Map<String, FamilyRow> byName = new TreeMap<>();
        for (Entry entry : entries.values()) {
            byName.put(entry.main.family().name(), entry.main);
            if (entry.max != null) {
                byName.put(entry.max.family().name(), entry.max);
            }
        }
        return List.copyOf(byName.values());
    }

    /** Compares by identity: a meter that was removed and registered again has an equal id and different cells. */
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
        FamilyRow lastMain = last == null ? null : last.main;
        FamilyRow lastMax = last == null ? null : last.max;
        FamilyRow main = new FamilyRow.Main(shape.main(), sorted, names(lastMain, shape.main()));
        FamilyRow max = shape.max().equals(shape.main())
                ? null
                : new FamilyRow.Max(shape.max(), sorted, names(lastMax, shape.max()));
        return new Entry(registered, main, max, new AtomicInteger());
    }

    private static FamilyRow.Names names(@Nullable FamilyRow last, Family family) {
        return last != null && last.family().equals(family) ? last.names() : new FamilyRow.Names();
    }
}
