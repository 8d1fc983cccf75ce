package dev.percpu.bench.ingest;

import java.util.List;

/**
 * A load of StatsD timers.
 *
 * @param samplesPerPacket lines of a packet
 * @param series number of series
 * @param packetsPerSecond largest rate for receivers that are not slow. Each receiver loses packets from some rate on, so a run may use a
 *     lower one; see {@link #rates}.
 */
record IngestCase(int samplesPerPacket, int series, int packetsPerSecond) {
    static final IngestCase TEN = new IngestCase(10, 1_000, 150_000);
    static final IngestCase ONE = new IngestCase(1, 1_000, 200_000);
    static final IngestCase MANY_SERIES = new IngestCase(10, 10_000, 150_000);

    static final List<IngestCase> ALL = List.of(TEN, ONE, MANY_SERIES);

    /** Returns rates in packets per second, the largest one first. A run uses the first one at which no receiver loses packets. */
    List<Integer> rates() {
        return List.of(packetsPerSecond, packetsPerSecond * 2 / 3, packetsPerSecond / 3, packetsPerSecond / 6);
    }

    /** Returns the name in the report. */
    String title() {
        return "ingest.statsd." + samplesPerPacket + "x" + (series / 1_000) + "k";
    }
}
