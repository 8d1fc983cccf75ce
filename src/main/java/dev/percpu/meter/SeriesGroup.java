package dev.percpu.meter;

import io.micrometer.core.instrument.Meter;
import io.prometheus.metrics.model.snapshots.MetricMetadata;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The series of one name, which differ in their tags only. Changed by one thread at a time, read by any. */
final class SeriesGroup {
    /** What stands for a help text that is not there: a HELP line may not be empty. */
    private static final String NO_HELP = " ";

    private final String name;
    private final Meter.Id first;
    private final boolean descriptions;
    private final Map<Meter.Id, Series> series = new ConcurrentHashMap<>();

    /** The last family made per name, so that the series of a group share them. */
    private final Map<String, Family> families = new HashMap<>(4);

    /**
     * @param name by convention
     * @param first of the meters with this name
     * @param descriptions whether descriptions become help texts
     */
    SeriesGroup(String name, Meter.Id first, boolean descriptions) {
        this.name = name;
        this.first = first;
        this.descriptions = descriptions;
    }

    /** Null, or why a meter cannot be exposed under this group's name. */
    @Nullable
    String refusal(Meter.Id id) {
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
    Family family(Meter.Id id, String suffix, Family.Kind kind) {
        String help = descriptions && id.getDescription() != null ? id.getDescription() : NO_HELP;
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

    @Nullable
    Series put(Meter.Id id, Series added) {
        return series.put(id, added);
    }

    @Nullable
    Series remove(Meter.Id id) {
        return series.remove(id);
    }

    boolean isEmpty() {
        return series.isEmpty();
    }

    void forEach(BiConsumer<Meter.Id, Series> action) {
        series.forEach(action);
    }
}
