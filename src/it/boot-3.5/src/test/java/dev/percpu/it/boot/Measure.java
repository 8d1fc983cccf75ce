package dev.percpu.it.boot;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures the packaged application with the registry of this project, and with Boot's own, side by side. On a quiet machine, after
 * {@code mvn -Ppercpu package}:
 *
 * <pre>java -Dapplication=target/percpu/application.jar -Djit.level=4 src/test/java/dev/percpu/it/boot/Measure.java</pre>
 */
final class Measure {
    private static final int TIMERS = 10_000;

    /** Methods that run once in a scrape are compiled by C2 after 5,000 scrapes only. */
    private static final int SCRAPES = 8000;

    private static final int RECORDS = 5_000_000;
    private static final int ROUNDS = 9;
    private static final int STARTS = 10;

    /** CPU time has a resolution of 10 ms. */
    private static final int SCRAPES_OF_CPU_TIME = 50;

    private static final byte[] REQUEST =
            "GET /actuator/prometheus HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1);
    private static final String BOOT = "percpu.metrics.enabled=false";
    private static final String PERCPU = "percpu.metrics.enabled=true";
    private static final Pattern STARTED = Pattern.compile("process running for ([\\d.]+)");

    private Measure() {}

    public static void main(String[] arguments) throws Exception {
        try (RunningApplication percpu = start(PERCPU);
                RunningApplication boot = start(BOOT)) {
            for (int threads = 1; threads <= 2; threads++) {
                int count = threads;
                compare(
                        "record with histogram, " + threads + " threads, ns",
                        ROUNDS / 2,
                        ROUNDS,
                        () -> nanosOfRecord(percpu, count),
                        () -> nanosOfRecord(boot, count));
            }
            percpu.send("POST", "/measure/timers/" + TIMERS);
            boot.send("POST", "/measure/timers/" + TIMERS);
            try (Scraper ours = new Scraper(percpu);
                    Scraper other = new Scraper(boot)) {
                compare("scrape of " + TIMERS + " timers, ms", 3 * SCRAPES / 4, SCRAPES, ours::millis, other::millis);
                compare("CPU time of a scrape, ms", 0, ROUNDS, ours::cpuMillis, other::cpuMillis);
            }
        }
        compare("start, ms", 0, STARTS, () -> millisOfStart(PERCPU), () -> millisOfStart(BOOT));
    }

    private static RunningApplication start(String property) throws Exception {
        return RunningApplication.start(
                property, "spring.profiles.active=measure", "server.tomcat.max-keep-alive-requests=-1");
    }

    /** @param warmUps rounds that only warm the JIT compilers up, of all rounds */
    private static void compare(String what, int warmUps, int rounds, DoubleSupplier percpu, DoubleSupplier boot) {
        List<Double> ours = new ArrayList<>();
        List<Double> others = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            ours.add(percpu.getAsDouble());
            others.add(boot.getAsDouble());
        }
        double median = median(ours.subList(warmUps, rounds));
        double other = median(others.subList(warmUps, rounds));
        System.out.printf(
                "%s: %.2f with this project, %.2f with Boot's own: ratio %.3f, difference %.1f%n",
                what, median, other, median / other, median - other);
    }

    private static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(it -> it).sorted().toArray();
        return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
    }

    private static double nanosOfRecord(RunningApplication application, int threads) {
        return Double.parseDouble(attempt(() -> application.send("POST", "/measure/records/" + threads + "/" + RECORDS))
                .body());
    }

    /** A connection that only counts the bytes of a response, so that the time of the client is short. */
    private static final class Scraper implements AutoCloseable {
        private static final Pattern LENGTH = Pattern.compile("(?i)content-length: (\\d+)");

        private final RunningApplication application;
        private final Socket socket;
        private final byte[] buffer = new byte[1 << 16];

        Scraper(RunningApplication application) throws IOException {
            this.application = application;
            socket = new Socket(InetAddress.getLoopbackAddress(), application.port());
            socket.setTcpNoDelay(true);
        }

        double millis() {
            return attempt(() -> {
                long start = System.nanoTime();
                socket.getOutputStream().write(REQUEST);
                InputStream in = socket.getInputStream();
                int read = in.read(buffer);
                String head = new String(buffer, 0, read, StandardCharsets.ISO_8859_1);
                Matcher length = LENGTH.matcher(head);
                int end = head.indexOf("\r\n\r\n") + 4;
                if (!length.find() || end < 4) {
                    throw new IllegalStateException(head);
                }
                int rest = Integer.parseInt(length.group(1)) - (read - end);
                if (rest < 100 * TIMERS) {
                    throw new IllegalStateException("a scrape must have all timers, but has " + rest + " bytes");
                }
                while (rest > 0) {
                    rest -= in.read(buffer);
                }
                return (System.nanoTime() - start) / 1e6;
            });
        }

        /** Returns the CPU time of the application for one scrape. */
        double cpuMillis() {
            long before = application.cpuMillis();
            for (int i = 0; i < SCRAPES_OF_CPU_TIME; i++) {
                millis();
            }
            return (double) (application.cpuMillis() - before) / SCRAPES_OF_CPU_TIME;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private static double millisOfStart(String property) {
        return attempt(() -> {
            try (RunningApplication application = RunningApplication.start(property)) {
                Matcher started = STARTED.matcher(application.log());
                if (!started.find()) {
                    throw new IllegalStateException(application.log());
                }
                return 1000 * Double.parseDouble(started.group(1));
            }
        });
    }

    private interface Attempt<T> {
        T run() throws Exception;
    }

    private static <T> T attempt(Attempt<T> attempt) {
        try {
            return attempt.run();
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
