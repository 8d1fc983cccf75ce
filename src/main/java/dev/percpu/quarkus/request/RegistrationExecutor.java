package dev.percpu.quarkus.request;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Registers meters away from the event loop: a registration takes a lock of the registry, and may have to ask the kernel for memory. What
 * waits to be recorded goes along, so nothing is lost. There is one thread for it, and only while there is something to do.
 *
 * <p>Thread-safe. Should more than {@value #MAX_WAITING} wait, whoever brings the next does it himself, so that memory is bounded.
 */
final class RegistrationExecutor {

    private static final int MAX_WAITING = 1_000;
    private static final long IDLE_SECONDS = 5;

    private final ThreadPoolExecutor thread = new ThreadPoolExecutor(
            1,
            1,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(MAX_WAITING),
            task -> {
                Thread made = new Thread(task, "percpu-requests");
                made.setDaemon(true);
                return made;
            },
            new ThreadPoolExecutor.CallerRunsPolicy());

    RegistrationExecutor() {
        thread.allowCoreThreadTimeOut(true);
    }

    /** Runs a registration, and what is to be recorded then, soon. */
    void run(Runnable registration) {
        thread.execute(registration);
    }
}
