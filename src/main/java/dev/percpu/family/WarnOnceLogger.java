package dev.percpu.family;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A logger that warns once about each subject, such as a meter or a family. Repeated messages about a subject have the level debug.
 * Thread-safe.
 *
 * <p>It remembers at most {@value #MAX_SUBJECTS} subjects. Then it says so once, and messages about further subjects have the level debug.
 */
public final class WarnOnceLogger {
    static final int MAX_SUBJECTS = 1_000;

    private final System.Logger logger;
    private final Set<String> subjects = ConcurrentHashMap.newKeySet();

    /**
     * Creates a logger.
     *
     * @param source the class that logs; its name is the name of the logger
     */
    public WarnOnceLogger(Class<?> source) {
        this.logger = System.getLogger(source.getName());
    }

    /** Logs a message about a subject. */
    public void log(String subject, Supplier<String> message) {
        log(subject, message, null);
    }

    /**
     * Logs a message about a subject, with a failure.
     *
     * @param failure null for none
     */
    public void log(String subject, Supplier<String> message, @Nullable Throwable failure) {
        System.Logger.Level level = level(subject);
        if (logger.isLoggable(level)) {
            logger.log(level, message.get(), failure);
        }
    }

    private System.Logger.Level level(String subject) {
        if (subjects.contains(subject)) {
            return System.Logger.Level.DEBUG;
        }
        synchronized (subjects) {
            if (subjects.size() == MAX_SUBJECTS || !subjects.add(subject)) {
                return System.Logger.Level.DEBUG;
            }
            if (subjects.size() == MAX_SUBJECTS) {
                logger.log(
                        System.Logger.Level.WARNING,
                        MAX_SUBJECTS + " meters or families were named in such messages, which is the maximum."
                                + " Further ones are logged at the level debug.");
            }
            return System.Logger.Level.WARNING;
        }
    }
}
