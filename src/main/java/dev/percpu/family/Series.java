package dev.percpu.family;

import java.util.List;

/** The families, labels and current values of one meter without cells. Families and labels are fixed at registration. Thread-safe. */
public interface Series {
    /** Returns the families of this series, the main one first; empty if they are unknown before the values are collected. */
    List<Family> families();

    /** Adds the current values of this series. */
    void collect(FamilyValues values);

    /** Adds placeholders for values that could not be read: NaN for a gauge, nothing for other series. */
    default void collectUnknown(FamilyValues values) {}
}
