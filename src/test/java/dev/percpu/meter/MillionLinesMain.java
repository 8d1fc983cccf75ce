package dev.percpu.meter;

import static java.util.concurrent.TimeUnit.NANOSECONDS;

import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/** Scrapes a million lines of histogram timers, again and again while they are recorded, and prints how many there were. */
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
