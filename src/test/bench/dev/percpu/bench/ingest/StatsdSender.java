package dev.percpu.bench.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The program that sends StatsD timers; see {@code statsd_sender.c}. Immutable and thread-safe. */
final class StatsdSender {
    /** Rate that stands for as many packets as the sender can send. */
    static final int AS_FAST_AS_POSSIBLE = 0;

    /** Packets that are sent at once. They arrive at the receiver as if as many clients had sent one each. */
    private static final int BURST = 16;

    private static final int LARGE_BURST = 64;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path program;
    private final int cpu;

    /**
     * @param program executable file
     * @param cpu number of the CPU that it runs on
     */
    StatsdSender(Path program, int cpu) {
        this.program = program;
        this.cpu = cpu;
    }

    /** The form in which tags are sent. */
    enum Style {
        /** Tags after the value. */
        DOGSTATSD,
        /** Tags as parts of the name, for receivers that reject tags. */
        DOTTED;

        private String argument() {
            return this == DOTTED ? "dotted" : "dogstatsd";
        }
    }

    /**
     * What was sent.
     *
     * @param nanos time from the first packet to the last one
     * @param cpuNanos CPU time of the sender during that time; it includes the delivery to the receiver's socket
     */
    record Sent(long packets, long samples, long bytes, long nanos, long cpuNanos) {
        double packetsPerSecond() {
            return packets * 1e9 / nanos;
        }
    }

    /**
     * Sends packets and waits until all are sent.
     *
     * @param port UDP port of 127.0.0.1
     * @param packets number of packets
     * @param packetsPerSecond rate, or {@link #AS_FAST_AS_POSSIBLE}
     * @throws IOException if the program fails, for example because no socket is bound to the port
     */
    Sent send(IngestCase load, Style style, int port, long packets, int packetsPerSecond)
            throws IOException, InterruptedException {
        List<String> command = List.of(
                program.toString(),
                "--samples=" + load.samplesPerPacket(),
                "--series=" + load.series(),
                "--style=" + style.argument(),
                "--packets=" + packets,
                "--rate=" + packetsPerSecond,
                "--burst=" + (packetsPerSecond == AS_FAST_AS_POSSIBLE ? LARGE_BURST : BURST),
                "--cpu=" + cpu,
                Integer.toString(port));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + " must exit with 0, but printed: " + output.strip());
        }
        JsonNode sent = JSON.readTree(output);
        return new Sent(
                sent.get("packets").asLong(),
                sent.get("samples").asLong(),
                sent.get("bytes").asLong(),
                sent.get("nanos").asLong(),
                sent.get("cpuNanos").asLong());
    }
}
