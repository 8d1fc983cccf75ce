package dev.percpu.binding;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * A thread without context class loader and inherited thread-locals, for code that starts threads. JNA starts one that lives as long as
 * something of JNA's does: it would keep the class loader of an application that is deployed again.
 */
public final class NeutralThread {
    private NeutralThread() {}

    /** Runs code on such a thread. Does not wait for it. */
    public static void start(String name, Runnable code) {
        Thread thread = Thread.ofPlatform()
                .name(name)
                .daemon()
                .inheritInheritableThreadLocals(false)
                .unstarted(code);
        thread.setContextClassLoader(null);
        thread.start();
    }

    /** Runs code on such a thread, waits for it, and returns its result or throws what it throws. */
    static <T> T call(Supplier<T> code) {
        CompletableFuture<T> result = new CompletableFuture<>();
        start("percpu-loader", () -> {
            try {
                result.complete(code.get());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        try {
            return result.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw e.getCause() instanceof RuntimeException exception ? exception : e;
        }
    }
}
