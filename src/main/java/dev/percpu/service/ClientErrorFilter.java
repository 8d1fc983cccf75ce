package dev.percpu.service;

import io.quarkus.logging.LoggingFilter;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.logging.Filter;
import java.util.logging.Formatter;
import java.util.logging.LogRecord;
import org.jboss.logmanager.ExtLogRecord;
import org.jboss.logmanager.formatters.PatternFormatter;
import org.jspecify.annotations.Nullable;

/**
 * A filter of the log that lets one line per kind of malformed request and minute pass. Quarkus and Vert.x log each such request as an error
 * with its stack trace, so that a client could fill the disk.
 *
 * <p>An exception is the client's if it has no stack frame of this project. All others pass unchanged. Two records are of the same kind if
 * the same logger reports the same type of exception from the same method, or, without an exception, a message that begins alike.
 *
 * <p>Thread-safe.
 */
@LoggingFilter(name = "client-errors")
public final class ClientErrorFilter implements Filter {
    private static final Set<String> LOGGERS = Set.of(
            "io.netty.channel.DefaultChannelPipeline",
            "io.netty.handler.codec.http2.Http2ControlFrameLimitEncoder",
            "io.quarkus.vertx.http.runtime.QuarkusErrorHandler",
            "io.vertx.core.net.impl.ConnectionBase",
            "io.vertx.ext.web.RoutingContext");
    private static final Formatter FORMATTER = new PatternFormatter("%s");
    private static final String PROJECT = "dev.percpu.";

    /** These handlers pass on the bytes of each connection, so they are in the stack of every malformed request. */
    private static final String CONNECTIONS = "dev.percpu.quarkus.request.";

    /** The kinds that are remembered. Far fewer are known. */
    private static final int MAX_KINDS = 1_000;

    private static final long PERIOD_NANOS = Duration.ofMinutes(1).toNanos();

    private final LongSupplier clock;
    private final Map<String, Long> lastNanos = new ConcurrentHashMap<>();

    /** Called by Quarkus. */
    public ClientErrorFilter() {
        this(System::nanoTime);
    }

    /** @param clock returns a time in nanoseconds, as {@link System#nanoTime()} does */
    ClientErrorFilter(LongSupplier clock) {
        this.clock = clock;
    }

    @Override
    public boolean isLoggable(LogRecord record) {
        Throwable thrown = record.getThrown();
        if (!LOGGERS.contains(record.getLoggerName()) || thrown instanceof Error || isOfProject(thrown)) {
            return true;
        }
        String message = FORMATTER.formatMessage(record);
        if (!isDue(record.getLoggerName() + (thrown == null ? constantPart(message) : typeAndOrigin(thrown)))) {
            return false;
        }
        if (thrown != null) {
            String cause = thrown.toString();
            record.setThrown(null);
            setMessage(record, message.contains(cause) ? message : message + ": " + cause);
        }
        return true;
    }

    private static void setMessage(LogRecord record, String text) {
        if (record instanceof ExtLogRecord formatted) {
            formatted.setMessage(text, ExtLogRecord.FormatStyle.NO_FORMAT);
        } else {
            record.setMessage(text);
        }
    }

    /** Returns what comes before the first number: that may be the client's. */
    private static String constantPart(String message) {
        int end = 0;
        while (end < message.length() && !Character.isDigit(message.charAt(end))) {
            end++;
        }
        return message.substring(0, end);
    }

    private static String typeAndOrigin(Throwable thrown) {
        StackTraceElement[] trace = thrown.getStackTrace();
        String origin = trace.length == 0 ? "" : trace[0].getClassName() + "." + trace[0].getMethodName();
        return thrown.getClass().getName() + origin;
    }

    private static boolean isOfProject(@Nullable Throwable thrown) {
        for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
            for (StackTraceElement frame : cause.getStackTrace()) {
                if (frame.getClassName().startsWith(PROJECT)
                        && !frame.getClassName().startsWith(CONNECTIONS)) {
                    return true;
                }
            }
        }
        return false;
    }

    private boolean isDue(String kind) {
        long now = clock.getAsLong();
        if (lastNanos.size() >= MAX_KINDS) {
            lastNanos.clear();
        }
        Long last = lastNanos.get(kind);
        if (last != null && now - last < PERIOD_NANOS) {
            return false;
        }
        return last == null ? lastNanos.putIfAbsent(kind, now) == null : lastNanos.replace(kind, last, now);
    }
}
