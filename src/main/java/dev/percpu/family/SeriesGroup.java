package dev.percpu.family;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.NamingConvention;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The series of one name, which differ in their tags only. Changed by one thread at a time, read by any. */
public final class SeriesGroup {
    /** What stands for a help text that is not there: a HELP line may not be empty. */
    private static final String NO_HELP = " ";

    private final String name;
    private final Meter.Id first;
    private final boolean descriptions;
    private final Map<Meter.Id, Series> series = new ConcurrentHashMap<>();

    /** Of the meters in cells, which are their own series. */
    private final Map<ShapeKey, SeriesShape> shapes = new HashMap<>(2);

    private volatile boolean severalHelps;

    /** The last family made per name, so that the series of a group share them. */
    private final Map<String, Family> families = new HashMap<>(4);

    /**
     * @param name by convention
     * @param first of the meters with this name
     * @param descriptions whether descriptions become help texts
     */
    public SeriesGroup(String name, Meter.Id first, boolean descriptions) {
        this.name = name;
        this.first = first;
        this.descriptions = descriptions;
    }

    /** Null, or why a meter cannot be exposed under this group's name. */
    public @Nullable String refusal(Meter.Id id) {
        if (!first.getName().equals(id.getName())) {
            return "Prometheus knows the meters '" + first.getName() + "' and '" + id.getName() + "' by the same name, "
                    + name + ": the one that was registered first keeps it";
        }
        if (first.getType() != id.getType()) {
            return "all meters of one name have one type in Prometheus: " + name + " is already a " + first.getType()
                    + " and cannot be a " + id.getType() + " as well";
        }
        return null;
    }

    /**
     * The family of a meter of this group.
     *
     * @param suffix of the family's name
     * @throws IllegalArgumentException if Prometheus does not take that name
     */
    public Family family(Meter.Id id, String suffix, Family.Kind kind) {
        String help = help(id);
        return families.compute(suffix, (key, last) -> {
            if (last != null
                    && last.kind() == kind
                    && help.equals(last.metadata().getHelp())) {
                return last;
            }
            // No unit: OpenMetrics would want it as a suffix of the name, and the convention has added what it wants.
            return new Family(new MetricMetadata(name + suffix, help, null), kind);
        });
    }

    private String help(Meter.Id id) {
        return descriptions && id.getDescription() != null ? id.getDescription() : NO_HELP;
    }

    /** What the shape of a meter depends on. */
    private record ShapeKey(NamingConvention convention, Family.Kind kind, String help, List<String> tagKeys) {}

    /**
     * The shape of a meter in cells. It counts for nothing until it is {@linkplain SeriesShape#enter entered}.
     *
     * @param kind of the main family; all but counters have a maximum besides
     * @throws IllegalArgumentException if Prometheus does not take this name or these labels
     */
    public SeriesShape shape(Meter.Id id, Family.Kind kind, NamingConvention convention) {
        List<String> tagKeys = new ArrayList<>();
        id.getTagsAsIterable().forEach(tag -> tagKeys.add(tag.getKey()));
        return shapes.computeIfAbsent(new ShapeKey(convention, kind, help(id), tagKeys), key -> {
            String[] labelNames =
                    id.getConventionTags(convention).stream().map(Tag::getKey).toArray(String[]::new);
            Family max = kind == Family.Kind.COUNTER ? null : family(id, "_max", Family.Kind.GAUGE);
            return new SeriesShape(this, family(id, "", kind), max, labelNames);
        });
    }

    /** Forgets shapes without series. */
    public void tidy() {
        shapes.values().removeIf(shape -> !shape.isUsed());
        severalHelps = shapes.keySet().stream().map(ShapeKey::help).distinct().count() > 1;
    }

    /** Whether it depends on the order of the meters which help text their family has. */
    public boolean hasSeveralHelps() {
        return severalHelps;
    }

    public String name() {
        return name;
    }

    public @Nullable Series put(Meter.Id id, Series added) {
        return series.put(id, added);
    }

    public @Nullable Series remove(Meter.Id id) {
        return series.remove(id);
    }

    public boolean isEmpty() {
        return series.isEmpty() && shapes.isEmpty();
    }

    public void forEach(BiConsumer<Meter.Id, Series> action) {
        series.forEach(action);
    }
}
