package dev.percpu.scrape;

import dev.percpu.family.Family;
import dev.percpu.family.SeriesShape;
import dev.percpu.meter.CellMeter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The meters in cells in the order in which the text formats write them: families by name, in each the meters by labels. A family whose
 * meters are still the same is taken over from the table before, and of one that has changed what is still the same. Thread-safe.
 */
final class FamilyTable {
    static final FamilyTable EMPTY = new FamilyTable(Map.of(), List.of(), null);

    /** A table of more is not copied for the sake of those that stay: thousands of meters may be removed one after the other. */
    private static final int MOST_COPIED = 1_000;

    /** Of so many meters of a family one may be gone. */
    private static final int MOST_GONE = 8;

    /** By the name of the main family. */
    private final Map<String, Entry> entries;

    private final List<FamilyRow> rows;

    /** The change of the registry up to which these are all its meters, if that is known. */
    private final @Nullable Object asOf;

    /**
     * @param meters in the registry's order
     * @param main their family
     * @param max that of their maxima, if they have any
     * @param gone how many of them were removed since
     */
    private record Entry(
            List<CellMeter> meters,
            FamilyRow main,
            @Nullable FamilyRow max,
            AtomicInteger gone) {}

    private FamilyTable(Map<String, Entry> entries, List<FamilyRow> rows, @Nullable Object asOf) {
        this.entries = entries;
        this.rows = rows;
        this.asOf = asOf;
    }

    /** Families in the order of their names. */
    List<FamilyRow> rows() {
        return rows;
    }

    /** Whether this table is sure to hold all meters as long as that is the latest change of them. */
    @SuppressWarnings("ReferenceEquality") // that one, and no equal one
    boolean isAsOf(Object change) {
        return asOf == change;
    }

    /**
     * What another table can be made from, when that meter has gone; it shows nothing. Always a new one, so that a table that was made
     * meanwhile is not taken for its successor. A family is held until the next scrape with those of its meters that have gone, as long as
     * these are few: their cells are nobody else's so long.
     */
    FamilyTable without(CellMeter meter) {
        SeriesShape shape = meter.shape();
        String family = shape == null ? "" : shape.main().name();
        Entry entry = entries.get(family);
        if (entry == null || entry.gone.incrementAndGet() <= entry.meters.size() / MOST_GONE) {
            return new FamilyTable(entries, List.of(), null);
        }
        Map<String, Entry> others = new HashMap<>(entries.size() > MOST_COPIED ? Map.of() : entries);
        others.remove(family);
        return new FamilyTable(others, List.of(), null);
    }

    /**
     * A table of these meters.
     *
     * @param now in the registry's order
     * @param change the latest of them before these meters were looked up; null if that does not tell of every change
     */
    @SuppressWarnings("ReferenceEquality")
    FamilyTable of(List<CellMeter> now, @Nullable Object change) {
        Map<String, List<CellMeter>> families = new HashMap<>();
        for (CellMeter meter : SeriesIndex.inOrder(now)) {
            SeriesShape shape = meter.shape();
            if (shape != null) {
                families.computeIfAbsent(shape.main().name(), name -> new ArrayList<>())
                        .add(meter);
            }
        }
        Map<String, Entry> made = new HashMap<>();
        families.forEach((name, meters) -> {
            Entry before = entries.get(name);
            made.put(name, before != null && areSame(before.meters, meters) ? before : entry(meters, before));
        });
        boolean complete = !(change instanceof CellMeter added) || now.stream().anyMatch(meter -> meter == added);
        return new FamilyTable(made, inOrder(made), complete ? change : null);
    }

    private static List<FamilyRow> inOrder(Map<String, Entry> entries) {
        Map<String, FamilyRow> byName = new TreeMap<>();
        for (Entry entry : entries.values()) {
            byName.put(entry.main.family().name(), entry.main);
            if (entry.max != null) {
                byName.put(entry.max.family().name(), entry.max);
            }
        }
        return List.copyOf(byName.values());
    }

    /** Whether the same meters come in the same order; one that was made anew has an id that equals the old one's. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean areSame(List<CellMeter> some, List<CellMeter> others) {
        if (some.size() != others.size()) {
            return false;
        }
        for (int i = 0; i < some.size(); i++) {
            if (some.get(i) != others.get(i)) {
                return false;
            }
        }
        return true;
    }

    /**
     * @param registered in the registry's order; the first tells the family
     */
    private static Entry entry(List<CellMeter> registered, @Nullable Entry before) {
        SeriesShape shape = SortedSeries.shape(registered.getFirst());
        SortedSeries points = null;
        if (before != null && before.main.family().equals(shape.main())) {
            points = SortedSeries.changed(before.main.meters(), before.main.labels(), before.meters.size(), registered);
        }
        if (points == null) {
            points = SortedSeries.of(registered, shape.main().name());
        }
        FamilyRow mainBefore = before == null ? null : before.main;
        FamilyRow maxBefore = before == null ? null : before.max;
        FamilyRow main =
                new FamilyRow.Main(shape.main(), points.meters(), points.labels(), names(mainBefore, shape.main()));
        FamilyRow max = shape.max().equals(shape.main())
                ? null
                : new FamilyRow.OfMaxima(shape.max(), points.meters(), points.labels(), names(maxBefore, shape.max()));
        return new Entry(registered, main, max, new AtomicInteger());
    }

    private static FamilyRow.Names names(@Nullable FamilyRow before, Family family) {
        return before != null && before.family().equals(family) ? before.names() : new FamilyRow.Names();
    }
}
