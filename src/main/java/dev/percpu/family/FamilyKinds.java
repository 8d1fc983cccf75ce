package dev.percpu.family;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A table of the kind and the number of series of each family. Thread-safe.
 *
 * <p>All series of a family must have its kind. The maxima of a timer and a gauge may share a family; a timer with a histogram and one
 * without may not. The name of a family is free again after its last series is released.
 */
public final class FamilyKinds {
    private final Map<String, Use> uses = new HashMap<>();

    /** Adds a series to each of its families and returns null, or adds it to none and returns the reason. */
    public synchronized @Nullable String claim(List<Family> families) {
        for (Family family : families) {
            Use use = uses.get(family.name());
            if (use != null && use.kind != family.kind()) {
                return "type of family " + family.name() + " must be " + use.kind + ", as of its first series, but was "
                        + family.kind();
            }
        }
        for (Family family : families) {
            uses.merge(family.name(), new Use(family.kind(), 1), (old, one) -> new Use(old.kind, old.series + 1));
        }
        return null;
    }

    /** Removes a claimed series from each of its families. */
    public synchronized void release(List<Family> families) {
        for (Family family : families) {
            uses.computeIfPresent(
                    family.name(), (name, use) -> use.series == 1 ? null : new Use(use.kind, use.series - 1));
        }
    }

    private record Use(Family.Kind kind, int series) {}
}
