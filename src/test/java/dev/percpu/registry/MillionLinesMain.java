package dev.percpu.registry;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.micrometer.core.instrument.Timer;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Scrapes a million lines of histogram timers repeatedly while threads record, and prints the number of lines. Then runs a thousand smaller
 * scrapes, half of them to a closed connection, and prints by how much the process has grown.
 */
final class MillionLinesMain {
    private static final int LINES_PER_TIMER = 72;
    private static final int TIMERS = 1_000_000 / LINES_PER_TIMER + 1;

    private MillionLinesMain() {}

    public static void main(String[] args) throws IOException {
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
        List<Timer> timers = new ArrayList<>(TIMERS);
        for (int i = 0; i < TIMERS; i++) {
            timers.add(Timer.builder("http.server.requests")
                    .tags("method", "GET", "status", "200", "uri", "/api/items/" + i)
                    .publishPercentileHistogram()
                    .register(registry));
        }
        for (int scrape = 0; scrape < 5; scrape++) {
            for (Timer timer : timers) {
                timer.record(scrape * 7_000_000L + 1, NANOSECONDS);
            }
            Lines lines = new Lines();
            registry.scrape(lines);
            System.out.println("lines " + lines.count);
        }
        registry.close();
        printGrowth();
    }

    /** Meters with and without percentiles: both kinds of reads use native memory. */
    private static void printGrowth() throws IOException {
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
        for (int i = 0; i < 100; i++) {
            String number = Integer.toString(i);
            registry.counter("calls", "number", number).increment();
            Timer.builder("latency")
                    .tag("number", number)
                    .publishPercentiles(0.5)
                    .register(registry)
                    .record(i, NANOSECONDS);
        }
        registry.scrape(new Lines());
        long before = residentKibibytes();
        for (int i = 0; i < 500; i++) {
            registry.scrape(new Lines());
            try {
                registry.scrape(new Gone());
                throw new AssertionError("the stream did not throw");
            } catch (EOFException expected) {
                // as the connection of a client that disconnected
            }
        }
        System.out.println("grown " + (residentKibibytes() - before));
        registry.close();
    }

    private static long residentKibibytes() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String resident =
                    lines.filter(line -> line.startsWith("VmRSS:")).findFirst().orElseThrow();
            return Long.parseLong(resident.replaceAll("\\D", ""));
        }
    }

    private static final class Gone extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            throw new EOFException();
        }
    }

    private static final class Lines extends OutputStream {
        private long count;

        @Override
        public void write(int b) {
            count += b == '\n' ? 1 : 0;
        }

        @Override
        public void write(byte[] bytes, int from, int length) {
            for (int i = from; i < from + length; i++) {
                count += bytes[i] == '\n' ? 1 : 0;
            }
        }
    }
}
