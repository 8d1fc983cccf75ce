package dev.percpu.family;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which kind each family is: a timer's maximum and a gauge may share a family, a timer with a histogram and one without may not. Counts the
 * series of each family, so that a name is free again after the last one. Thread-safe.
 */
public final class FamilyKinds {
    private final Map<String, Use> uses = new HashMap<>();

    /** Counts a series in each of its families, or in none and says why. */
    public synchronized @Nullable String claim(List<Family> families) {
        for (Family family : families) {
            Use use = uses.get(family.name());
            if (use != null && use.kind != family.kind()) {
                return "all meters of one name have one type in Prometheus: " + family.name() + " is already a "
                        + use.kind + " and cannot be a " + family.kind() + " as well";
            }
        }
        for (Family family : families) {
            uses.merge(family.name(), new Use(family.kind(), 1), (old, one) -> new Use(old.kind, old.series + 1));
        }
        return null;
    }

    /** Takes a claimed series back. */
    public synchronized void release(List<Family> families) {
        for (Family family : families) {
            uses.computeIfPresent(
                    family.name(), (name, use) -> use.series == 1 ? null : new Use(use.kind, use.series - 1));
        }
    }

    private record Use(Family.Kind kind, int series) {}
}
