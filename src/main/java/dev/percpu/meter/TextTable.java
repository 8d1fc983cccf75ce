package dev.percpu.meter;

import dev.percpu.exposition.TextFormat;
import dev.percpu.exposition.TextLabels;
import dev.percpu.exposition.TextNames;
import dev.percpu.shard.Maxima;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Meter;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The meters in cells in the order in which the text formats write them, with names and labels as bytes: families by name, in each the meters
 * by labels. Made anew when the registry's meters are others. Thread-safe.
 */
final class TextTable {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(TextTable.class);

    static final TextTable EMPTY = new TextTable(List.of(), Map.of());

    /** In the registry's order. */
    private final List<CellMeter> meters;

    private final Map<Family, Row> rows;

    private TextTable(List<CellMeter> meters, Map<Family, Row> rows) {
        this.meters = meters;
        this.rows = rows;
    }

    /** Families in the order of their names. */
    Iterable<Row> rows() {
        return rows.values();
    }

    /** This table, or another if these are not its meters. */
    TextTable of(Consumer<Consumer<Meter>> registered) {
        Comparison comparison = new Comparison(meters);
        registered.accept(comparison);
        if (comparison.isSame()) {
            return this;
        }
        List<CellMeter> now = new ArrayList<>(meters.size());
        registered.accept(meter -> {
            if (meter instanceof CellMeter inCells) {
                now.add(inCells);
            }
        });
        return new TextTable(now, rowsOf(SeriesIndex.inOrder(now)));
    }

    private Map<Family, Row> rowsOf(List<CellMeter> now) {
        Map<String, Draft> drafts = new HashMap<>();
        for (CellMeter meter : now) {
            SeriesShape shape = meter.shape();
            if (shape != null) {
                Point point = new Point(meter, shape.labels(meter.getId()));
                draft(drafts, shape.main(), false).points.add(point);
                if (!shape.max().equals(shape.main())) {
                    draft(drafts, shape.max(), true).points.add(point);
                }
            }
        }
        Map<CellMeter, byte[]> texts = new HashMap<>();
        Map<Family, Row> inOrder = new TreeMap<>(Comparator.comparing(Family::name));
        for (Draft draft : drafts.values()) {
            Row before = rows.get(draft.family);
            inOrder.put(draft.family, draft.row(before, texts));
        }
        return inOrder;
    }

    private static Draft draft(Map<String, Draft> drafts, Family family, boolean max) {
        return drafts.computeIfAbsent(family.name(), name -> new Draft(family, max, new ArrayList<>()));
    }

    private record Point(CellMeter meter, Labels labels) {}

    private record Draft(Family family, boolean max, List<Point> points) {
        Row row(@Nullable Row before, Map<CellMeter, byte[]> texts) {
            points.sort(Comparator.comparing(Point::labels));
            List<CellMeter> kept = new ArrayList<>(points.size());
            List<byte[]> labels = new ArrayList<>(points.size());
            Labels last = null;
            boolean plain = true;
            for (Point point : points) {
                if (point.labels.equals(last)) {
                    LOGGER.log(
                            () -> "a second value of " + family.name() + point.labels + " is left out of the scrape");
                    continue;
                }
                last = point.labels;
                byte[] text = texts.computeIfAbsent(point.meter, meter -> TextLabels.of(point.labels));
                plain &= text != null;
                kept.add(point.meter);
                labels.add(text == null ? new byte[0] : text);
            }
            return new Row(
                    family,
                    max,
                    plain,
                    kept.toArray(CellMeter[]::new),
                    labels.toArray(byte[][]::new),
                    before != null && before.family.equals(family) ? before.names : new Row.Names());
        }
    }

    /** A family and its meters. */
    static final class Row {
        final Family family;

        /** Of the meters, if this is the family of them. */
        final @Nullable Maxima maxima;

        final CellMeter[] meters;

        /** Of each of the meters. */
        final byte[][] labels;

        /** Whether all labels are as they are in any client's eyes. */
        private final boolean plain;

        private final Names names;

        private Row(Family family, boolean max, boolean plain, CellMeter[] meters, byte[][] labels, Names names) {
            this.family = family;
            this.maxima = max
                    ? Maxima.of(Arrays.stream(meters).map(CellMeter::maxCell).toList())
                    : null;
            this.plain = plain;
            this.meters = meters;
            this.labels = labels;
            this.names = names;
        }

        /** How the family is written sample by sample; null if it has to be written by the client's own writer. */
        @Nullable
        TextNames names(TextFormat format) {
            return plain ? names.in(format, family) : null;
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

    /** Whether the same meters come in the same order. */
    private static final class Comparison implements Consumer<Meter> {
        private final List<CellMeter> expected;
        private int next;
        private boolean same = true;

        private Comparison(List<CellMeter> expected) {
            this.expected = expected;
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // a meter that was made anew has an id that equals the old one's
        public void accept(Meter meter) {
            if (meter instanceof CellMeter) {
                same = same && next < expected.size() && expected.get(next) == meter;
                next++;
            }
        }

        private boolean isSame() {
            return same && next == expected.size();
        }
    }
}
