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
 *
 * <p>A family with an exact name must not have a sample with the name of another family or of its samples.
 */
public final class FamilyKinds {
    private static final String TOTAL = "_total";

    private final Map<String, Use> uses = new HashMap<>();

    /** Adds a series to each of its families and returns null, or adds it to none and returns the reason. */
    public synchronized @Nullable String claim(List<Family> families) {
        String rejection = rejection(families);
        if (rejection == null) {
            for (Family family : families) {
                uses.merge(family.name(), new Use(family, 1), (old, one) -> new Use(old.family, old.series + 1));
            }
        }
        return rejection;
    }

    /** Returns why a series cannot be added to its families; null if it can. */
    public synchronized @Nullable String rejection(List<Family> families) {
        for (Family family : families) {
            Use use = uses.get(family.name());
            if (use != null && use.family.kind() != family.kind()) {
                return "type of family " + family.name() + " must be " + use.family.kind()
                        + ", as of its first series, but was " + family.kind();
            }
            if (use != null && use.family.exact() != family.exact()) {
                return "name of family " + family.name() + " must be unique, but was that of other meters";
            }
            String conflict = use == null && family.exact() ? conflict(family) : null;
            if (conflict != null) {
                return "name of family " + family.name() + " must differ from the samples of other families, but was "
                        + family.kind() + " beside " + conflict;
            }
        }
        return null;
    }

    /**
     * Returns whether a family without an exact name has this name, or a sample of this name.
     *
     * @param name name in Prometheus, with or without {@code _total}
     */
    public synchronized boolean isOfOtherMeters(String name) {
        String base = name.endsWith(TOTAL) ? name.substring(0, name.length() - TOTAL.length()) : name;
        return isSampleOfOtherMeters(name) || isSampleOfOtherMeters(base);
    }

    private boolean isSampleOfOtherMeters(String sample) {
        Use use = uses.get(sample);
        Use base = uses.get(sample.substring(0, Math.max(0, sample.lastIndexOf('_'))));
        return use != null && !use.family.exact()
                || base != null
                        && !base.family.exact()
                        && base.family.sampleNames().contains(sample);
    }

    /** Removes a claimed series from each of its families. */
    public synchronized void release(List<Family> families) {
        for (Family family : families) {
            uses.computeIfPresent(
                    family.name(), (name, use) -> use.series == 1 ? null : new Use(use.family, use.series - 1));
        }
    }

    /** Returns the name of a family that has a sample with the name of a sample of a new family; null if there is none. */
    private @Nullable String conflict(Family added) {
        for (String sample : added.sampleNames()) {
            if (uses.containsKey(sample)) {
                return sample;
            }
            Use base = uses.get(sample.substring(0, Math.max(0, sample.lastIndexOf('_'))));
            if (base != null && base.family.sampleNames().contains(sample)) {
                return base.family.name();
            }
        }
        return null;
    }

    /**
     * @param family the family of the first series
     */
    private record Use(Family family, int series) {}
}
