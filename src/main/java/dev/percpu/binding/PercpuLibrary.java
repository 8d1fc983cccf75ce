package dev.percpu.binding;

import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The loaded native library, or the cause why it is unavailable. Both are determined once, at first use. Thread-safe.
 *
 * <p>The library is never unloaded, because a thread may be inside one of its critical sections at any time.
 */
public final class PercpuLibrary {
    private static final LibraryLoader.@Nullable Loaded LOADED;
    private static final @Nullable LibraryUnavailableException UNAVAILABILITY_CAUSE;

    static {
        LibraryLoader.Loaded loaded = null;
        LibraryUnavailableException cause = null;
        try {
            loaded = NeutralThread.call(LibraryLoader::load);
        } catch (LibraryUnavailableException e) {
            cause = e;
        }
        LOADED = loaded;
        UNAVAILABILITY_CAUSE = cause;
    }

    private PercpuLibrary() {}

    /** Returns why the library cannot be used; null if it is loaded and bound. The text has the file, the cause and the remedy. */
    public static @Nullable String unavailabilityCause() {
        return UNAVAILABILITY_CAUSE == null ? null : UNAVAILABILITY_CAUSE.getMessage();
    }

    /** Returns the file of the library that was unpacked from the jar; null if nothing was unpacked or the library cannot be used. */
    public static @Nullable Path unpackedFile() {
        return LOADED == null ? null : LOADED.unpacked();
    }

    /** Returns whether this project has a library for this operating system and processor. */
    public static boolean existsForThisSystem() {
        return LibraryFile.existsFor(System.getProperty("os.name"), System.getProperty("os.arch"));
    }

    /**
     * Returns the symbols of the library, for downcalls.
     *
     * @throws LibraryUnavailableException if the library cannot be used
     */
    static SymbolLookup symbols() {
        return loaded().symbols();
    }

    /**
     * Returns the control functions of the library.
     *
     * @throws LibraryUnavailableException if the library cannot be used
     */
    static NativeFunctions functions() {
        return loaded().functions();
    }

    private static LibraryLoader.Loaded loaded() {
        if (UNAVAILABILITY_CAUSE != null) {
            throw UNAVAILABILITY_CAUSE;
        }
        assert LOADED != null;
        return LOADED;
    }
}
