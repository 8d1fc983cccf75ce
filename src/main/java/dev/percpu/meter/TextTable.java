package dev.percpu.meter;

import dev.percpu.exposition.LabelColumn;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The meters in cells in the order in which the text formats write them: families by name, in each the meters by labels. A family whose
 * meters are still the same is taken over from the table before. Immutable.
 */
final class TextTable {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(TextTable.class);

    static final TextTable EMPTY = new TextTable(Map.of(), List.of(), null);

    /** A table of more is not copied for the sake of those that stay: thousands of meters may be removed one after the other. */
    private static final int MOST_COPIED = 1_000;

    /** By the name of the main family. */
    private final Map<String, Entry> entries;

    private final List<TextRow> rows;

    /** The change of the registry up to which these are all its meters, if that is known. */
    private final @Nullable Object asOf;

    /**
     * @param meters in the registry's order
     * @param main their family
     * @param max that of their maxima, if they have any
     */
    private record Entry(
            List<CellMeter> meters, TextRow main, @Nullable TextRow max) {}

    private TextTable(Map<String, Entry> entries, List<TextRow> rows, @Nullable Object asOf) {
        this.entries = entries;
        this.rows = rows;
        this.asOf = asOf;
    }

    /** Families in the order of their names. */
    List<TextRow> rows() {
        return rows;
    }

    /** Whether this table is sure to hold all meters as long as that is the latest change of them. */
    @SuppressWarnings("ReferenceEquality") // that one, and no equal one
    boolean isAsOf(Object change) {
        return asOf == change;
    }

    /**
     * What another table can be made from, when that meter has gone: it holds the meter no longer, and shows nothing. Always a new one, so
     * that a table that was made meanwhile is not taken for its successor.
     */
    TextTable without(CellMeter meter) {
        SeriesShape shape = meter.shape();
        if (shape == null || !entries.containsKey(shape.main().name())) {
            return new TextTable(entries, List.of(), null);
        }
        Map<String, Entry> others = entries.size() > MOST_COPIED ? Map.of() : new HashMap<>(entries);
        if (!others.isEmpty()) {
            others.remove(shape.main().name());
        }
        return new TextTable(others, List.of(), null);
    }

    /**
     * A table of these meters.
     *
     * @param now in the registry's order
     * @param change the latest of them before these meters were looked up; null if that does not tell of every change
     */
    @SuppressWarnings("ReferenceEquality")
    TextTable of(List<CellMeter> now, @Nullable Object change) {
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
        return new TextTable(made, inOrder(made), complete ? change : null);
    }

    private static List<TextRow> inOrder(Map<String, Entry> entries) {
        Map<String, TextRow> byName = new TreeMap<>();
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

    private record Point(CellMeter meter, SeriesShape shape, Labels labels) {
        static Point of(CellMeter meter) {
            SeriesShape shape = meter.shape();
            if (shape == null) {
                throw new IllegalStateException(meter.getId() + " is not exposed");
            }
            return new Point(meter, shape, shape.labels(meter.getId()));
        }
    }

    /**
     * @param registered in the registry's order; the first tells the family
     */
    private static Entry entry(List<CellMeter> registered, @Nullable Entry before) {
        List<Point> points = new ArrayList<>(registered.size());
        registered.forEach(meter -> points.add(Point.of(meter)));
        SeriesShape shape = points.getFirst().shape;
        points.sort(Comparator.comparing(Point::labels));
        List<CellMeter> meters = new ArrayList<>(points.size());
        List<Labels> labels = new ArrayList<>(points.size());
        for (Point point : points) {
            if (!labels.isEmpty() && point.labels.equals(labels.getLast())) {
                LOGGER.log(
                        () -> "a second value of " + shape.main().name() + point.labels + " is left out of the scrape");
                continue;
            }
            meters.add(point.meter);
            labels.add(point.labels);
        }
        LabelColumn column = LabelColumn.of(labels);
        TextRow mainBefore = before == null ? null : before.main;
        TextRow maxBefore = before == null ? null : before.max;
        TextRow main = new TextRow.Main(shape.main(), meters, column, names(mainBefore, shape.main()));
        TextRow max = shape.max().equals(shape.main())
                ? null
                : new TextRow.OfMaxima(shape.max(), meters, column, names(maxBefore, shape.max()));
        return new Entry(registered, main, max);
    }

    private static TextRow.Names names(@Nullable TextRow before, Family family) {
        return before != null && before.family().equals(family) ? before.names() : new TextRow.Names();
    }
}
