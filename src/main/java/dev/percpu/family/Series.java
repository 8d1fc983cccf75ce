package dev.percpu.family;

import java.util.List;

/** One meter that is not in cells, as a scrape sees it: names and labels are fixed, values are read. Thread-safe. */
public interface Series {
    /** The families that this series has a part in, the main one first; empty if that is not known before it is collected. */
    List<Family> families();

    /** Adds this series' values as they are now. */
    void collect(FamilyValues values);

    /** Adds what stands for values that cannot be told: nothing, where nothing means that. */
    default void collectUnknown(FamilyValues values) {}
}
