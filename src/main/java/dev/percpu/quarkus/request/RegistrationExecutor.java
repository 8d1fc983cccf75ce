package dev.percpu.quarkus.request;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * An executor that registers meters on a thread of its own, not on an event loop. A registration locks the registry and may make system
 * calls. The task also records the measurement that waits for the meter, so no measurement is lost.
 *
 * <p>Thread-safe. The thread ends when it is idle. At most {@value #MAX_WAITING} tasks wait; further tasks run on the caller's thread, which
 * bounds the memory.
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
                Thread created = new Thread(task, "percpu-requests");
                created.setDaemon(true);
                return created;
            },
            new ThreadPoolExecutor.CallerRunsPolicy());

    RegistrationExecutor() {
        thread.allowCoreThreadTimeOut(true);
    }

    /** Runs a task that registers a meter and records to it. */
    void run(Runnable registration) {
        thread.execute(registration);
    }
}
