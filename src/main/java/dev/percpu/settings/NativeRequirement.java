package dev.percpu.settings;

/** Where a registry needs the native library: the value of {@link Settings#NATIVE_REQUIRED}. */
public enum NativeRequirement {
    /** On every system that this project has a library for. */
    AUTO,
    /** Everywhere. */
    TRUE,
    /** Nowhere. */
    FALSE;

    /**
     * Returns whether the start fails without the library.
     *
     * @param exists whether this project has a library for this operating system and processor
     */
    public boolean isRequired(boolean exists) {
        return this == TRUE || (this == AUTO && exists);
    }
}
