package dev.percpu.binding;

import org.jspecify.annotations.Nullable;

/** Thrown when the native library cannot be used. The message states the file, the cause and the remedy, in that order. */
public final class LibraryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LibraryUnavailableException(String file, String cause, String remedy) {
        this(file, cause, remedy, null);
    }

    LibraryUnavailableException(String file, String cause, String remedy, @Nullable Throwable origin) {
        super("The native library " + file + " cannot be used: " + cause + ". To fix this, " + remedy + ".", origin);
    }
}
