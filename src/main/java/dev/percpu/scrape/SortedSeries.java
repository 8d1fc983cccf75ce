package dev.percpu.scrape;

import dev.percpu.exposition.LabelColumn;
import dev.percpu.family.SeriesShape;
import dev.percpu.meter.CellMeter;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The meters of a family in the order of their labels, and these as text. Immutable.
 *
 * @param labels null if they look different to different clients
 */
record SortedSeries(List<CellMeter> meters, @Nullable LabelColumn labels) {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(SortedSeries.class);

    private record Point(CellMeter meter, Labels labels) {
        static Point of(CellMeter meter) {
            return new Point(meter, shape(meter).labels(meter.getId()));
        }
    }

    /** That of a meter which is exposed. */
    static SeriesShape shape(CellMeter meter) {
        SeriesShape shape = meter.shape();
        if (shape == null) {
            throw new IllegalStateException(meter.getId() + " is not exposed");
        }
        return shape;
    }

    /**
     * @param family for the log
     */
    static SortedSeries of(List<CellMeter> registered, String family) {
        List<CellMeter> meters = new ArrayList<>(registered.size());
        List<Labels> labels = new ArrayList<>(registered.size());
        for (Point point : sorted(registered)) {
            if (!labels.isEmpty() && point.labels.equals(labels.getLast())) {
                LOGGER.log(() -> "a second value of " + family + point.labels + " is left out of the scrape");
                continue;
            }
            meters.add(point.meter);
            labels.add(point.labels);
        }
        return new SortedSeries(meters, LabelColumn.of(labels));
    }

    private static List<Point> sorted(Iterable<CellMeter> meters) {
        List<Point> points = new ArrayList<>();
        meters.forEach(meter -> points.add(Point.of(meter)));
        points.sort(Comparator.comparing(Point::labels));
        return points;
    }

    /**
     * The same made out of what was sorted before: only the labels of meters that have come are looked at, and those of a few others.
     *
     * @param before sorted
     * @param labelsBefore of them
     * @param registeredBefore how many there were, with those that were left out
     * @param registered now
     * @return null if that is not possible, or not worth it
     */
    static @Nullable SortedSeries changed(
            List<CellMeter> before,
            @Nullable LabelColumn labelsBefore,
            int registeredBefore,
            List<CellMeter> registered) {
        if (labelsBefore == null || before.size() != registeredBefore) {
            return null;
        }
        Set<CellMeter> come = Collections.newSetFromMap(new IdentityHashMap<>(registered.size()));
        come.addAll(registered);
        List<CellMeter> kept = new ArrayList<>(before.size());
        int[] places = new int[registered.size()];
        for (int place = 0; place < before.size(); place++) {
            if (come.remove(before.get(place))) {
                places[kept.size()] = place;
                kept.add(before.get(place));
            }
        }
        return come.size() > kept.size() ? null : merged(kept, places, labelsBefore, sorted(come));
    }

    /**
     * @param kept sorted
     * @param placesOfKept where their labels are in that column; has room for all
     * @param come sorted
     */
    private static @Nullable SortedSeries merged(
            List<CellMeter> kept, int[] placesOfKept, LabelColumn labelsBefore, List<Point> come) {
        List<CellMeter> meters = new ArrayList<>(placesOfKept.length);
        int[] places = new int[placesOfKept.length];
        int next = 0;
        for (int i = 0; i < come.size(); i++) {
            int found = placeOf(come.get(i).labels, kept);
            boolean isSecond = i > 0 && come.get(i).labels.equals(come.get(i - 1).labels);
            if (found >= 0 || isSecond) {
                return null; // one of them is to be left out
            }
            for (; next < -1 - found; next++) {
                places[meters.size()] = placesOfKept[next];
                meters.add(kept.get(next));
            }
            places[meters.size()] = -1 - i;
            meters.add(come.get(i).meter);
        }
        for (; next < kept.size(); next++) {
            places[meters.size()] = placesOfKept[next];
            meters.add(kept.get(next));
        }
        LabelColumn labels =
                labelsBefore.with(places, come.stream().map(Point::labels).toList());
        return labels == null ? null : new SortedSeries(meters, labels);
    }

    /** Where labels are among those of sorted meters, or {@code -1} minus where they would be. */
    private static int placeOf(Labels labels, List<CellMeter> meters) {
        int low = 0;
        int high = meters.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            int order = labels.compareTo(Point.of(meters.get(middle)).labels);
            if (order == 0) {
                return middle;
            }
            if (order > 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return -1 - low;
    }
}
