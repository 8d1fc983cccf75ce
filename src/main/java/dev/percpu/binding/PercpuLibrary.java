package dev.percpu.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The loaded native library, or the cause why it is unavailable. Both are determined once, at first use. Thread-safe.
 *
 * <p>The library is never unloaded, because a thread may be inside one of its critical sections at any time.
 */
public final class PercpuLibrary {
    private static final @Nullable SymbolLookup SYMBOLS;
    private static final @Nullable LibraryUnavailableException UNAVAILABILITY_CAUSE;

    static {
        SymbolLookup symbols = null;
        LibraryUnavailableException cause = null;
        try {
            Path file = LibraryFile.find();
            symbols = load(file);
            NativeFunctions.bind(file);
        } catch (LibraryUnavailableException e) {
            cause = e;
        }
        SYMBOLS = symbols;
        UNAVAILABILITY_CAUSE = cause;
    }

    private PercpuLibrary() {}

    /** Returns why the library cannot be used; null if it is loaded and bound. The text has the file, the cause and the remedy. */
    public static @Nullable String unavailabilityCause() {
        return UNAVAILABILITY_CAUSE == null ? null : UNAVAILABILITY_CAUSE.getMessage();
    }

    /**
     * Returns the symbols of the library, for downcalls.
     *
     * @throws LibraryUnavailableException if the library cannot be used
     */
    static SymbolLookup symbols() {
        ensureAvailable();
        assert SYMBOLS != null;
        return SYMBOLS;
    }

    /**
     * Returns the control functions of the library.
     *
     * @throws LibraryUnavailableException if the library cannot be used
     */
    static NativeFunctions functions() {
        ensureAvailable();
        return NativeFunctions.INSTANCE;
    }

    private static void ensureAvailable() {
        if (UNAVAILABILITY_CAUSE != null) {
            throw UNAVAILABILITY_CAUSE;
        }
    }

    @SuppressWarnings("restricted") // this package makes the downcalls
    private static SymbolLookup load(Path file) {
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException | IllegalCallerException e) {
            throw new LibraryUnavailableException(
                    file.toString(),
                    "the dynamic loader refused it: " + e.getMessage(),
                    "check that the file is a library of this architecture, that its folder is not mounted noexec, "
                            + "and that the JVM was started with --enable-native-access",
                    e);
        }
    }
}
