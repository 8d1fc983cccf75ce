package dev.percpu.binding;

import com.sun.jna.Function;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What libc and the dynamic linker of this process say, through JNA. Symbols are looked up by name and never by a version of libc:
 * distributions carry them back to older ones. Null means that there is no such symbol. Thread-safe.
 */
public final class Libc {
    private Libc() {}

    /** The value of an exported {@code unsigned int}, such as {@code __rseq_size}. */
    public static @Nullable Integer readInt(String symbol) {
        Pointer address = variable(symbol);
        return address == null ? null : address.getInt(0);
    }

    /** The value of an exported {@code ptrdiff_t}, such as {@code __rseq_offset}. */
    public static @Nullable Long readLong(String symbol) {
        Pointer address = variable(symbol);
        return address == null ? null : address.getLong(0);
    }

    /** Whether a symbol is exported by anything loaded in this process. For a TLS symbol this is so on every thread. */
    public static boolean exports(String symbol) {
        return variable(symbol) != null;
    }

    /** getauxval(3): 0 when the kernel did not pass this entry. */
    public static long auxv(int type) {
        return process().getFunction("getauxval").invokeLong(new Object[] {(long) type});
    }

    /** {@code gnu_get_libc_version()}, null on a libc that is not glibc. */
    public static @Nullable String glibcVersion() {
        try {
            Function function = process().getFunction("gnu_get_libc_version");
            return function.invokeString(new Object[0], false);
        } catch (UnsatisfiedLinkError e) {
            return null;
        }
    }

    /** Whether this process runs on musl, whose dynamic linker is libc itself and is mapped under its name. */
    public static boolean isMusl() {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.anyMatch(it -> it.contains("/ld-musl-"));
        } catch (IOException e) {
            return false;
        }
    }

    private static @Nullable Pointer variable(String symbol) {
        try {
            return process().getGlobalVariableAddress(symbol);
        } catch (UnsatisfiedLinkError e) {
            return null;
        }
    }

    private static NativeLibrary process() {
        return NativeLibrary.getProcess();
    }
}
