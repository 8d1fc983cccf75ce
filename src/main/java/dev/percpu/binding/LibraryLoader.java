package dev.percpu.binding;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;

/** The steps from the file of the library to its bindings. Stateless. */
final class LibraryLoader {
    private LibraryLoader() {}

    /** The library's symbols, and its control functions. */
    record Loaded(SymbolLookup symbols, NativeFunctions functions) {}

    /**
     * Loads and binds the library.
     *
     * @throws LibraryUnavailableException for every cause, a missing or unsuitable JNA included
     */
    static Loaded load() {
        Path file = LibraryFile.find();
        SymbolLookup symbols = load(file);
        return new Loaded(symbols, bind(file, symbols));
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

    private static NativeFunctions bind(Path file, SymbolLookup symbols) {
        try {
            return new NativeFunctions(symbols);
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError e) {
            throw new LibraryUnavailableException(
                    file.toString(),
                    "JNA could not bind it: " + e.getMessage(),
                    "make sure that the temporary folder is writable and not mounted noexec, or start with "
                            + "-Djna.boot.library.path=DIR -Djna.nounpack=true and the JNA library in DIR",
                    e);
        }
    }
}
