package dev.percpu.quarkus.request;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** A log handler that collects the lines of this JVM at level INFO and above. Thread-safe. */
final class LogLines extends Handler {

    private static final Logger ROOT = LogManager.getLogManager().getLogger("");

    private final List<String> lines = new CopyOnWriteArrayList<>();

    void start() {
        ROOT.addHandler(this);
    }

    void stop() {
        ROOT.removeHandler(this);
    }

    List<String> lines() {
        return lines;
    }

    @Override
    public void publish(LogRecord logged) {
        if (logged.getLevel().intValue() >= Level.INFO.intValue()) {
            lines.add(logged.getLoggerName() + ": " + logged.getMessage());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
