package dev.percpu.quarkus.request;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Hears what this JVM logs, at level INFO and above. Thread-safe. */
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
    public void publish(LogRecord heard) {
        if (heard.getLevel().intValue() >= Level.INFO.intValue()) {
            lines.add(heard.getLoggerName() + ": " + heard.getMessage());
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
