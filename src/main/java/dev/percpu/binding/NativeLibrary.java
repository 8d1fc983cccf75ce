package dev.percpu.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The loaded library, or the reason why there is none: worked out once, at first use. Thread-safe.
 *
 * <p>It is never unloaded: a thread may stand in one of its critical sections at any time.
 */
public final class NativeLibrary {
    private static final @Nullable SymbolLookup SYMBOLS;
    private static final @Nullable LibraryUnavailableException UNAVAILABILITY_CAUSE;

    static {
        SymbolLookup symbols = null;
        LibraryUnavailableException cause = null;
        try {
            Path file = LibraryFile.find();
            symbols = load(file);
            ControlCalls.bind(file);
        } catch (LibraryUnavailableException e) {
            cause = e;
        }
        SYMBOLS = symbols;
        UNAVAILABILITY_CAUSE = cause;
    }

    private NativeLibrary() {}

    /** Whether the library is loaded and bound. */
    public static boolean isAvailable() {
        return UNAVAILABILITY_CAUSE == null;
    }

    /**
     * @throws LibraryUnavailableException if it is not
     */
    public static void ensureAvailable() {
        if (UNAVAILABILITY_CAUSE != null) {
            throw UNAVAILABILITY_CAUSE;
        }
    }

    /** Why there is no library: which file, why, what to do; null if there is one. */
    public static @Nullable String unavailabilityCause() {
        return UNAVAILABILITY_CAUSE == null ? null : UNAVAILABILITY_CAUSE.getMessage();
    }

    static SymbolLookup symbols() {
        ensureAvailable();
        assert SYMBOLS != null;
        return SYMBOLS;
    }

    @SuppressWarnings("restricted") // what this package is for
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
