package dev.percpu.binding;

import org.jspecify.annotations.Nullable;

/** The native library cannot be used. The message names the file, the cause and what to do about it, in that order. */
public final class LibraryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LibraryUnavailableException(String file, String cause, String remedy) {
        this(file, cause, remedy, null);
    }

    LibraryUnavailableException(String file, String cause, String remedy, @Nullable Throwable origin) {
        super("The native library " + file + " cannot be used: " + cause + ". To mend this, " + remedy + ".", origin);
    }
}
