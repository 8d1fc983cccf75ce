package dev.percpu.meter;

import dev.percpu.exposition.LabelColumn;
import dev.percpu.exposition.SampleWriter;
import dev.percpu.exposition.TextFormat;
import dev.percpu.exposition.TextNames;
import dev.percpu.shard.CellColumn;
import dev.percpu.shard.Totals;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.prometheus.metrics.model.snapshots.Labels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The meters in cells in the order in which the text formats write them, with names and labels as bytes: families by name, in each the meters
 * by labels. Made anew when the registry's meters are others. Thread-safe.
 */
final class TextTable {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(TextTable.class);

    static final TextTable EMPTY = new TextTable(List.of(), Map.of(), null);

    /** In the registry's order. */
    private final List<CellMeter> meters;

    private final Map<Family, Row> rows;

    /** The change of the registry up to which these are all its meters, if that is known. */
    private final @Nullable Object asOf;

    private TextTable(List<CellMeter> meters, Map<Family, Row> rows, @Nullable Object asOf) {
        this.meters = meters;
        this.rows = rows;
        this.asOf = asOf;
    }

    /** Families in the order of their names. */
    Iterable<Row> rows() {
        return rows.values();
    }

    /** Whether this table is sure to hold all meters as long as that is the latest change of them. */
    @SuppressWarnings("ReferenceEquality") // that one, and no equal one
    boolean isAsOf(Object change) {
        return asOf == change;
    }

    /**
     * A table of these meters, which is this one if they are the same.
     *
     * @param now in the registry's order
     * @param change the latest of them before these meters were looked up; null if that does not tell of every change
     */
    @SuppressWarnings("ReferenceEquality")
    TextTable of(List<CellMeter> now, @Nullable Object change) {
        boolean complete = !(change instanceof CellMeter added) || now.stream().anyMatch(meter -> meter == added);
        return new TextTable(
                now, areSame(meters, now) ? rows : rowsOf(SeriesIndex.inOrder(now)), complete ? change : null);
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

    private Map<Family, Row> rowsOf(List<CellMeter> now) {
        Map<String, Draft> drafts = new LinkedHashMap<>();
        for (CellMeter meter : now) {
            SeriesShape shape = meter.shape();
            if (shape != null) {
                Point point = new Point(meter, shape.labels(meter.getId()));
                Draft main = draft(drafts, shape.main(), null);
                main.points.add(point);
                if (!shape.max().equals(shape.main())) {
                    draft(drafts, shape.max(), shape.main()).points.add(point);
                }
            }
        }
        Map<Family, Row> inOrder = new TreeMap<>(Comparator.comparing(Family::name));
        for (Draft draft : drafts.values()) { // a main family before that of its maxima
            Row main = draft.maximaOf == null ? null : inOrder.get(draft.maximaOf);
            inOrder.put(draft.family, draft.row(rows.get(draft.family), main));
        }
        return inOrder;
    }

    private static Draft draft(Map<String, Draft> drafts, Family family, @Nullable Family maximaOf) {
        return drafts.computeIfAbsent(family.name(), name -> new Draft(family, maximaOf, new ArrayList<>()));
    }

    private record Point(CellMeter meter, Labels labels) {}

    /**
     * @param maximaOf the family whose maxima this family tells, if it does
     */
    private record Draft(Family family, @Nullable Family maximaOf, List<Point> points) {
        /**
         * @param before this family's row of an earlier table
         * @param main that of the family whose maxima these are
         */
        Row row(@Nullable Row before, @Nullable Row main) {
            points.sort(Comparator.comparing(Point::labels));
            List<CellMeter> meters = new ArrayList<>(points.size());
            List<Labels> labels = new ArrayList<>(points.size());
            for (Point point : points) {
                if (!labels.isEmpty() && point.labels.equals(labels.getLast())) {
                    LOGGER.log(
                            () -> "a second value of " + family.name() + point.labels + " is left out of the scrape");
                    continue;
                }
                meters.add(point.meter);
                labels.add(point.labels);
            }
            return new Row(
                    family,
                    maximaOf != null,
                    meters,
                    main != null && areSame(main.meters, meters) ? main.labels : LabelColumn.of(labels),
                    before != null && before.family.equals(family) ? before.names : new Row.Names());
        }
    }

    /** A family and its meters. */
    static final class Row {
        final Family family;

        /** Of the meters, if this is the family of them. */
        final @Nullable MaxColumn maxima;

        final List<CellMeter> meters;

        /** Of each of the meters; null if they look different to different clients. */
        private final @Nullable LabelColumn labels;

        private final @Nullable CellColumn column;

        /** Of all points out of the column; null if the meters have to be asked. */
        private final @Nullable PointWriter plainWriter;

        private final Names names;

        private Row(Family family, boolean max, List<CellMeter> meters, @Nullable LabelColumn labels, Names names) {
            this.family = family;
            this.meters = meters;
            this.labels = labels;
            this.names = names;
            this.maxima = max ? new MaxColumn(meters) : null;
            this.column = max
                    ? null
                    : CellColumn.of(meters.stream().map(CellMeter::cell).toList());
            this.plainWriter = column == null ? null : plainWriter(meters);
        }

        private static @Nullable PointWriter plainWriter(List<CellMeter> meters) {
            PointWriter writer = meters.getFirst().plainWriter();
            return writer != null && meters.stream().allMatch(meter -> writer.equals(meter.plainWriter()))
                    ? writer
                    : null;
        }

        /** The number of points. */
        int size() {
            return meters.size();
        }

        /** What is written next has the labels of this point. */
        void point(int place, SampleWriter out) {
            Objects.requireNonNull(labels).point(place, out);
        }

        /** Writes all points of a family that is not one of maxima. */
        void write(Totals totals, SampleWriter out) throws IOException {
            if (column == null || plainWriter == null) {
                for (int place = 0; place < size(); place++) {
                    point(place, out);
                    meters.get(place).write(totals, out);
                }
                return;
            }
            CellColumn.Reading cells = column.in(totals);
            for (int place = 0; place < size(); place++) {
                point(place, out);
                plainWriter.write(cells, place, out);
            }
        }

        /** How the family is written sample by sample; null if it has to be written by the client's own writer. */
        @Nullable
        TextNames names(TextFormat format) {
            return labels == null ? null : names.in(format, family);
        }

        /** Worked out when a format is first written. */
        private static final class Names {
            private @Nullable TextNames text;
            private @Nullable TextNames openMetrics;

            private synchronized @Nullable TextNames in(TextFormat format, Family family) {
                if (format.isOpenMetrics()) {
                    openMetrics = openMetrics != null ? openMetrics : format.names(family.specimen());
                    return openMetrics;
                }
                text = text != null ? text : format.names(family.specimen());
                return text;
            }
        }
    }
}
