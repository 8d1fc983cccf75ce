package dev.percpu.binding;

import com.sun.jna.Function;
import com.sun.jna.Pointer;
import java.io.IOException;
import java.lang.foreign.Linker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Variables and functions of this process' libc, read through JNA. Thread-safe.
 *
 * <p>JNA gets addresses. Its own class for libraries, {@code NativeLibrary}, starts a process when it is loaded, which takes 25 ms, and a thread.
 *
 * <p>The version of the libc is not checked, because distributions backport symbols to older versions. A missing symbol is null.
 */
public final class Libc {
    /** The pseudo-handle of dlsym(3) for all libraries of this process, preloaded ones included. */
    private static final long RTLD_DEFAULT = 0;

    private static final Function DLSYM = dlsym();

    // Of fcntl.h and sys/file.h, on x86-64 and arm64.
    private static final int O_CLOEXEC = 0x80000;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private Libc() {}

    /** Returns the value of an exported {@code unsigned int}, such as {@code __rseq_size}; null if there is no such symbol. */
    public static @Nullable Integer readInt(String symbol) {
        return readInt(symbol, 0);
    }

    /**
     * Returns an {@code int} inside an exported variable; null if there is no such symbol. A TLS variable is that of the calling thread.
     *
     * @param offset offset in the variable, in bytes; must be inside of it
     */
    public static @Nullable Integer readInt(String symbol, int offset) {
        Pointer address = symbol(symbol);
        return address == null ? null : address.getInt(offset);
    }

    /** Returns the value of an exported {@code ptrdiff_t}, such as {@code __rseq_offset}; null if there is no such symbol. */
    public static @Nullable Long readLong(String symbol) {
        Pointer address = symbol(symbol);
        return address == null ? null : address.getLong(0);
    }

    /** Returns whether a library of this process exports a symbol. A TLS symbol is exported for every thread. */
    public static boolean exports(String symbol) {
        return symbol(symbol) != null;
    }

    /**
     * Returns an entry of the auxiliary vector; see getauxval(3).
     *
     * @param type an {@code AT_} constant
     * @return the value, or 0 if the kernel did not pass this entry
     */
    public static long auxv(int type) {
        return function("getauxval").invokeLong(new Object[] {(long) type});
    }

    /** Returns the result of {@code gnu_get_libc_version()}; null if the libc is not glibc. */
    public static @Nullable String glibcVersion() {
        Pointer function = symbol("gnu_get_libc_version");
        return function == null ? null : Function.getFunction(function).invokeString(new Object[0], false);
    }

    /** Returns whether the libc is musl. Its dynamic linker is libc itself and appears in {@code /proc/self/maps}. */
    public static boolean isMusl() {
        try (Stream<String> maps = Files.lines(Path.of("/proc/self/maps"))) {
            return maps.anyMatch(it -> it.contains("/ld-musl-"));
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Locks a folder until {@link #close}, or until this process ends; see flock(2).
     *
     * @param wait whether to wait for another process that has the lock
     * @return the file descriptor of the lock; null if there is no lock, because another process has it or the file system has none
     */
    static @Nullable Integer lock(Path folder, boolean wait) {
        int descriptor = function("open").invokeInt(new Object[] {folder.toString(), O_CLOEXEC});
        if (descriptor < 0) {
            return null;
        }
        int operation = wait ? LOCK_EX : LOCK_EX | LOCK_NB;
        if (function("flock").invokeInt(new Object[] {descriptor, operation}) == 0) {
            return descriptor;
        }
        close(descriptor);
        return null;
    }

    /** Closes a file descriptor of {@link #lock}. */
    static void close(int descriptor) {
        function("close").invokeInt(new Object[] {descriptor});
    }

    /** Returns the address of a function. */
    static long functionAddress(String name) {
        return Pointer.nativeValue(function(name));
    }

    private static Function function(String name) {
        Pointer address = symbol(name);
        if (address == null) {
            throw new IllegalStateException("the libc of this process must have the function " + name);
        }
        return Function.getFunction(address);
    }

    /** Returns the address of a function or variable; null if no library of this process exports it. */
    private static @Nullable Pointer symbol(String name) {
        return DLSYM.invokePointer(new Object[] {RTLD_DEFAULT, name});
    }

    private static Function dlsym() {
        return Function.getFunction(new Pointer(
                Linker.nativeLinker().defaultLookup().findOrThrow("dlsym").address()));
    }
}
