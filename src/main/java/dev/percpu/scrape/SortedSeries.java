package dev.percpu.scrape;

import dev.percpu.exposition.LabelColumn;
import dev.percpu.family.NamedSeries.SeriesShape;
import dev.percpu.family.WarnOnceLogger;
import dev.percpu.meter.CellMeter;
import io.prometheus.metrics.model.snapshots.Labels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one family, sorted by labels, without duplicates. Immutable.
 *
 * @param meters the meters
 * @param labels their labels as text; null if a label name needs quotation marks
 */
record SortedSeries(List<CellMeter> meters, @Nullable LabelColumn labels) {
    private static final WarnOnceLogger LOGGER = new WarnOnceLogger(SortedSeries.class);

    private record Point(CellMeter meter, Labels labels) {
        static Point of(CellMeter meter) {
            return new Point(meter, shape(meter).labels(meter.getId()));
        }
    }

    /** Returns the shape of an exposed meter. */
    static SeriesShape shape(CellMeter meter) {
        SeriesShape shape = meter.shape();
        if (shape == null) {
            throw new IllegalStateException("meter must be exposed, but was not: " + meter.getId());
        }
        return shape;
    }

    /**
     * Sorts meters.
     *
     * @param family the name of their family, for the log
     */
    static SortedSeries of(List<CellMeter> registered, String family) {
        List<CellMeter> meters = new ArrayList<>(registered.size());
        List<Labels> labels = new ArrayList<>(registered.size());
        for (Point point : sorted(registered)) {
            if (!labels.isEmpty() && point.labels.equals(labels.getLast())) {
                LOGGER.log(
                        family + point.labels,
                        () -> "A duplicate of " + family + point.labels + " is left out of the scrape");
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
     * Updates a sorted family: removed meters are dropped, and added ones are inserted by binary search.
     *
     * <p>Labels are computed only for the added meters, and for the meters they are compared with.
     *
     * @param last the series before the change
     * @param lastRegistered the number of meters before the change, duplicates included
     * @param registered the meters after the change
     * @return the updated series; null if all meters must be sorted, because there are duplicates or more added than kept meters
     */
    static @Nullable SortedSeries update(SortedSeries last, int lastRegistered, List<CellMeter> registered) {
        LabelColumn lastLabels = last.labels;
        if (lastLabels == null || last.meters.size() != lastRegistered) {
            return null;
        }
        Set<CellMeter> added = Collections.newSetFromMap(new IdentityHashMap<>(registered.size()));
        added.addAll(registered);
        List<CellMeter> kept = new ArrayList<>(last.meters.size());
        int[] sources = new int[registered.size()];
        for (int i = 0; i < last.meters.size(); i++) {
            if (added.remove(last.meters.get(i))) {
                sources[kept.size()] = i;
                kept.add(last.meters.get(i));
            }
        }
        return added.size() > kept.size() ? null : merge(kept, sources, lastLabels, sorted(added));
    }

    /**
     * Merges two sorted lists.
     *
     * @param kept meters of the last series
     * @param keptIndexes their indexes in {@code lastLabels}; as long as the result
     * @param added points of new meters
     * @return null if there are duplicates
     */
    private static @Nullable SortedSeries merge(
            List<CellMeter> kept, int[] keptIndexes, LabelColumn lastLabels, List<Point> added) {
        List<CellMeter> meters = new ArrayList<>(keptIndexes.length);
        int[] sources = new int[keptIndexes.length];
        int next = 0;
        for (int i = 0; i < added.size(); i++) {
            int found = search(added.get(i).labels, kept);
            boolean isSecond = i > 0 && added.get(i).labels.equals(added.get(i - 1).labels);
            if (found >= 0 || isSecond) {
                return null;
            }
            for (; next < -1 - found; next++) {
                sources[meters.size()] = keptIndexes[next];
                meters.add(kept.get(next));
            }
            sources[meters.size()] = -1 - i;
            meters.add(added.get(i).meter);
        }
        for (; next < kept.size(); next++) {
            sources[meters.size()] = keptIndexes[next];
            meters.add(kept.get(next));
        }
        LabelColumn labels =
                lastLabels.merge(sources, added.stream().map(Point::labels).toList());
        return labels == null ? null : new SortedSeries(meters, labels);
    }

    /** Returns the index of the meter with these labels, or -1 minus its insertion index. */
    private static int search(Labels labels, List<CellMeter> meters) {
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
