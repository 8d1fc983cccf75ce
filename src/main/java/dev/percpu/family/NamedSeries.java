package dev.percpu.family;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.NamingConvention;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The series with one name, which differ in their tags only.
 *
 * <p>Writes need external synchronization: one thread at a time may change a group. Any thread may read it meanwhile.
 */
public final class NamedSeries {
    /** The help text of a meter without a description. The text formats require a non-empty HELP line. */
    private static final String NO_HELP = " ";

    private final String name;
    private final Meter.Id first;
    private final boolean exact;
    private final boolean descriptions;

    /** Series of meters without cells. A meter with cells is its own series and is not in here. */
    private final Map<Meter.Id, Series> series = new ConcurrentHashMap<>();

    private final Map<ShapeKey, SeriesShape> shapes = new HashMap<>(2);

    private volatile boolean severalHelps;

    /** The latest family of each name suffix, so that the series of a group share it. */
    private final Map<String, Family> families = new HashMap<>(4);

    /**
     * @param name the meters' name by convention
     * @param first the first meter with this name; only meters with its name and type can be added
     * @param convention the naming convention of the first meter
     * @param descriptions whether descriptions become help texts
     */
    public NamedSeries(String name, Meter.Id first, NamingConvention convention, boolean descriptions) {
        this.name = name;
        this.first = first;
        this.exact = ExactNames.is(convention);
        this.descriptions = descriptions;
    }

    /** Returns why a meter cannot be exposed under this group's name; null if it can. */
    public @Nullable String rejection(Meter.Id id, NamingConvention convention) {
        if (exact != ExactNames.is(convention)) {
            return "Prometheus name of meter '" + id.getName() + "' must be unique, but was " + name + ", as of meter '"
                    + first.getName() + "' of another naming convention";
        }
        if (exact) {
            return null; // the kind of the family decides
        }
        if (!first.getName().equals(id.getName())) {
            return "Prometheus name of meter '" + id.getName() + "' must be unique, but was " + name + ", as of meter '"
                    + first.getName() + "'";
        }
        if (first.getType() != id.getType()) {
            return "type of meters named " + name + " in Prometheus must be " + first.getType()
                    + ", as of the first one, but was " + id.getType();
        }
        return null;
    }

    /**
     * Returns a family of a meter in this group.
     *
     * @param suffix appended to the group's name
     * @throws IllegalArgumentException if Prometheus does not allow that name
     */
    public Family family(Meter.Id id, String suffix, Family.Kind kind) {
        String help = help(id);
        return families.compute(suffix, (key, latest) -> {
            if (latest != null
                    && latest.kind() == kind
                    && help.equals(latest.metadata().getHelp())) {
                return latest;
            }
            // Without a unit: OpenMetrics would require it as a suffix, and the convention has already added its own.
            return new Family(new MetricMetadata(name + suffix, help, null), kind, exact);
        });
    }

    private String help(Meter.Id id) {
        return descriptions && id.getDescription() != null ? id.getDescription() : NO_HELP;
    }

    /** Everything that the shape of a meter depends on. */
    private record ShapeKey(NamingConvention convention, Family.Kind kind, String help, List<String> tagKeys) {}

    /**
     * Returns the shape of a meter with cells. The group drops it in {@link #removeUnusedShapes} unless a series
     * {@linkplain SeriesShape#addSeries added}.
     *
     * @param kind the kind of the main family; all kinds but counters have a family of maxima, too, unless names are exact
     * @throws IllegalArgumentException if Prometheus does not allow this name or these labels
     */
    public SeriesShape shape(Meter.Id id, Family.Kind kind, NamingConvention convention) {
        List<String> tagKeys = new ArrayList<>();
        id.getTagsAsIterable().forEach(tag -> tagKeys.add(tag.getKey()));
        return shapes.computeIfAbsent(new ShapeKey(convention, kind, help(id), tagKeys), key -> {
            String[] labelNames =
                    id.getConventionTags(convention).stream().map(Tag::getKey).toArray(String[]::new);
            Family max = kind == Family.Kind.COUNTER || exact ? null : family(id, "_max", Family.Kind.GAUGE);
            return new SeriesShape(this, family(id, "", kind), max, labelNames);
        });
    }

    /** Removes shapes without series. */
    public void removeUnusedShapes() {
        shapes.values().removeIf(shape -> !shape.isUsed());
        severalHelps = shapes.keySet().stream().map(ShapeKey::help).distinct().count() > 1;
    }

    /** Returns whether the meters with cells have several help texts. If so, the family has the help text of its first meter. */
    public boolean hasSeveralHelps() {
        return severalHelps;
    }

    /** Returns the meters' name by convention. */
    public String name() {
        return name;
    }

    /** Adds the series of a meter without cells, and returns the one that it replaces, if any. */
    public @Nullable Series put(Meter.Id id, Series added) {
        return series.put(id, added);
    }

    /** Removes and returns the series of a meter without cells; null if there is none. */
    public @Nullable Series remove(Meter.Id id) {
        return series.remove(id);
    }

    /** Returns whether the group has neither series nor shapes. */
    public boolean isEmpty() {
        return series.isEmpty() && shapes.isEmpty();
    }

    /** Calls the action for each series of a meter without cells. */
    public void forEach(BiConsumer<Meter.Id, Series> action) {
        series.forEach(action);
    }

    /**
     * The families and label names that meters of equal kind, help text and tag keys share. A registry may have a million meters with cells:
     * each refers to a shape instead of keeping its own copy.
     *
     * <p>Immutable but for the number of series, which is guarded like the group.
     */
    public static final class SeriesShape {
        private final NamedSeries group;
        private final Family main;
        private final @Nullable Family max;

        /** Names by convention, in the order of the tags. */
        private final String[] labelNames;

        private int series;

        /**
         * @param max the family of the maxima; null if there is none
         * @throws IllegalArgumentException if Prometheus does not allow these labels, or one is reserved in the main family
         */
        private SeriesShape(NamedSeries group, Family main, @Nullable Family max, String[] labelNames) {
            this.group = group;
            this.main = main;
            this.max = max;
            this.labelNames = labelNames;
            String[] anyValues = labelNames.clone();
            DistributionSeries.checkReserved(main.kind(), Labels.of(labelNames, anyValues));
        }

        public NamedSeries group() {
            return group;
        }

        /** Returns the family of the meters' values other than maxima. */
        public Family main() {
            return main;
        }

        /** Returns the family of the maxima; the main family if there is none. */
        public Family max() {
            return max == null ? main : max;
        }

        /** Returns the family of the maxima; null if there is none. */
        public @Nullable Family ownMax() {
            return max;
        }

        /** Returns the main family and, if there is one, the family of the maxima. */
        public List<Family> families() {
            return max == null ? List.of(main) : List.of(main, max);
        }

        /** Returns the labels of a meter of this shape. They are not kept: they would be most of a meter's memory. */
        public Labels labels(Meter.Id id) {
            String[] values = new String[labelNames.length];
            int i = 0;
            for (Tag tag : id.getTagsAsIterable()) {
                values[i++] = tag.getValue();
            }
            return Labels.of(labelNames, values);
        }

        /** Adds one to the number of series, and returns whether it is the first. */
        public boolean addSeries() {
            return ++series == 1;
        }

        /** Subtracts one from the number of series, and returns whether it was the last. */
        public boolean removeSeries() {
            return --series == 0;
        }

        /** Returns whether there is a series. */
        public boolean isUsed() {
            return series > 0;
        }
    }
}
