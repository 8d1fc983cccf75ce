package dev.percpu.binding;

import com.sun.jna.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The steps from the file of the library to its bindings. Stateless. */
final class LibraryLoader {
    private LibraryLoader() {}

    /**
     * The loaded library.
     *
     * @param unpacked file that was unpacked from the jar; null for a file in {@code percpu.native.dir}
     */
    record Loaded(
            SymbolLookup symbols,
            NativeFunctions functions,
            @Nullable Path unpacked) {}

    /**
     * Loads and binds the library.
     *
     * @throws LibraryUnavailableException for every cause, a missing or unsuitable JNA included
     */
    static Loaded load() {
        try {
            requireSystem();
            Path folder = LibraryFile.folder();
            JnaLibrary.load(folder);
            Path file = LibraryFile.find(folder);
            SymbolLookup symbols = open(file);
            return new Loaded(symbols, new NativeFunctions(symbols), folder == null ? file : null);
        } catch (LibraryUnavailableException | VirtualMachineError e) {
            throw e;
        } catch (RuntimeException | Error e) {
            // For example InvalidPathException for the name of the temporary folder, or NoSuchMethodError for another
            // JNA.
            throw new LibraryUnavailableException(
                    LibraryFile.FILE_NAME,
                    "loading it failed: " + e,
                    "use a temporary folder with an ASCII name and one JNA of version 5.8.0 or newer",
                    e);
        }
    }

    private static void requireSystem() {
        String os = System.getProperty("os.name");
        String arch = System.getProperty("os.arch");
        if (!LibraryFile.existsFor(os, arch)) {
            throw new LibraryUnavailableException(
                    LibraryFile.FILE_NAME,
                    "there is none for " + os + " on " + arch,
                    "run on Linux on x86-64 or aarch64");
        }
    }

    @SuppressWarnings("restricted") // this package makes the downcalls
    private static SymbolLookup open(Path file) {
        try {
            return SymbolLookup.libraryLookup(file, Arena.global());
        } catch (IllegalArgumentException | IllegalCallerException e) {
            String refusal = refusal(file);
            throw new LibraryUnavailableException(
                    file.toString(),
                    "the dynamic loader refused it: " + (refusal == null ? e.getMessage() : refusal),
                    "check that the file is a library of this architecture, that its folder is not mounted noexec, "
                            + "and that the JVM was started with --enable-native-access",
                    e);
        }
    }

    /** Returns the dynamic loader's own message, which the JDK does not pass on; null if it loads the file now. */
    private static @Nullable String refusal(Path file) {
        try {
            NativeLibrary.getInstance(file.toString());
            return null;
        } catch (UnsatisfiedLinkError e) {
            return String.valueOf(e.getMessage()).lines().findFirst().orElse(null);
        }
    }
}
