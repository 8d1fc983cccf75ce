package dev.percpu.bench.ingest;

import dev.percpu.bench.ingest.StatsdSender.Style;
import java.io.IOException;
import java.nio.file.Path;

/** A program that receives StatsD packets, in a process of its own. Implementations are not thread-safe. */
interface StatsdReceiver extends AutoCloseable {
    /** Kind of program, and how it is measured. */
    enum Kind {
        PERCPU("percpu", Style.DOGSTATSD, 1, 6),
        /** A C program that only receives the packets. */
        FLOOR("floor", Style.DOGSTATSD, 1, 1),
        NETDATA("netdata", Style.DOGSTATSD, 1, 3),
        COLLECTD("collectd", Style.DOTTED, 2, 2),
        NPM("statsd (npm)", Style.DOGSTATSD, 2, 2);

        private final String title;
        private final Style style;
        private final int flushSeconds;
        private final int warmUpSeconds;

        Kind(String title, Style style, int flushSeconds, int warmUpSeconds) {
            this.title = title;
            this.style = style;
            this.flushSeconds = flushSeconds;
            this.warmUpSeconds = warmUpSeconds;
        }

        /** Returns the name in the report. */
        String title() {
            return title;
        }

        Style style() {
            return style;
        }

        /** Returns whether the program computes its aggregates by the clock. */
        boolean flushes() {
            return this != PERCPU && this != FLOOR;
        }

        /**
         * Returns the interval in which the program computes its aggregates. A measurement lasts a multiple of it, so it contains the work
         * for as many samples as are sent. It is 1 second for netdata, its default; that of collectd and npm is 10 seconds, which would make a
         * run too long.
         */
        int flushSeconds() {
            return flushSeconds;
        }

        int warmUpSeconds() {
            return warmUpSeconds;
        }

        /** Returns whether the program gets the rate of the case. The others get a rate of their own, because they are slow. */
        boolean hasCommonRate() {
            return this == PERCPU || this == FLOOR || this == NETDATA;
        }

        /**
         * Returns the rate at which the program is measured, in packets per second.
         *
         * @param common rate of the receivers that are not slow
         */
        int packetsPerSecond(IngestCase load, int common) {
            return switch (this) {
                case PERCPU, FLOOR, NETDATA -> common;
                case COLLECTD -> load.samplesPerPacket() == 1 ? 20_000 : 5_000;
                case NPM -> load.samplesPerPacket() == 1 ? 20_000 : 3_000;
            };
        }
    }

    Kind kind();

    int port();

    long pid();

    /** Returns how many series the program knows, to show that it accepts the samples; -1 if it cannot say. */
    long series() throws IOException, InterruptedException;

    @Override
    void close();

    /**
     * Starts a receiver.
     *
     * @param programs where programs that the build makes are
     * @param directory folder for its files, which this method makes
     * @param cpu number of the CPU that it runs on
     * @throws IOException if it is not installed, or does not start; the message is the reason in one line
     */
    static StatsdReceiver start(Kind kind, Programs programs, Path directory, int cpu)
            throws IOException, InterruptedException {
        return switch (kind) {
            case PERCPU -> ServiceReceiver.start(programs.service(), directory, cpu);
            case FLOOR -> FloorReceiver.start(programs.floor(), directory, cpu);
            case NETDATA -> NetdataReceiver.start(directory, cpu);
            case COLLECTD -> CollectdReceiver.start(directory, cpu);
            case NPM -> NpmReceiver.start(programs.npm(), directory, cpu);
        };
    }

    /**
     * Files that the build makes.
     *
     * @param sender program that sends packets
     * @param floor program that only receives them
     * @param service jar of the service
     * @param npm folder with {@code node_modules}
     */
    record Programs(Path sender, Path floor, Path service, Path npm) {}
}
