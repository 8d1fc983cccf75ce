package dev.percpu.ingest;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The number of series that each sender has created, and its limit. Thread-safe; all receivers share it.
 *
 * <p>Memory is bounded: beyond {@value #MAX_SENDERS} senders, the one that asked for a new series longest ago is forgotten.
 */
public final class SenderBudget {
    static final int MAX_SENDERS = 65_536;

    private static final float LOAD_FACTOR = 0.75f;

    private final int seriesPerSender;

    @SuppressWarnings("serial")
    private final Map<Long, Integer> created = new LinkedHashMap<>(16, LOAD_FACTOR, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
            return size() > MAX_SENDERS;
        }
    };

    /**
     * @param seriesPerSender largest number of series that a sender may create, at least 1
     */
    public SenderBudget(int seriesPerSender) {
        if (seriesPerSender < 1) {
            throw new IllegalArgumentException("seriesPerSender must be at least 1, but was " + seriesPerSender);
        }
        this.seriesPerSender = seriesPerSender;
    }

    /** Returns whether a sender may create another series. */
    public synchronized boolean admits(long sender) {
        return created.getOrDefault(sender, 0) < seriesPerSender;
    }

    /** Returns why a sender cannot create another series. */
    String reason() {
        return "the limit of " + seriesPerSender + " series per sender is reached";
    }

    /** Adds a series that a sender has created. */
    public synchronized void charge(long sender) {
        created.merge(sender, 1, Integer::sum);
    }
}
