package dev.percpu.it.boot;

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
    private static final int SCRAPES = 200;
    private static final int RECORDS = 5_000_000;
    private static final int ROUNDS = 9;
    private static final int STARTS = 10;
    private static final String BOOT = "percpu.metrics.enabled=false";
    private static final String PERCPU = "percpu.metrics.enabled=true";
    private static final Pattern STARTED = Pattern.compile("process running for ([\\d.]+)");

    private Measure() {}

    public static void main(String[] arguments) throws Exception {
        try (RunningApplication percpu = RunningApplication.start(PERCPU, "spring.profiles.active=measure");
                RunningApplication boot = RunningApplication.start(BOOT, "spring.profiles.active=measure")) {
            for (int threads = 1; threads <= 2; threads++) {
                int count = threads;
                compare(
                        "record with histogram, " + threads + " threads, ns",
                        ROUNDS,
                        () -> nanosOfRecord(percpu, count),
                        () -> nanosOfRecord(boot, count));
            }
            percpu.send("POST", "/measure/timers/" + TIMERS);
            boot.send("POST", "/measure/timers/" + TIMERS);
            compare(
                    "scrape of " + TIMERS + " timers, ms",
                    SCRAPES,
                    () -> millisOfScrape(percpu),
                    () -> millisOfScrape(boot));
        }
        compare("start, ms", STARTS, () -> millisOfStart(PERCPU), () -> millisOfStart(BOOT));
    }

    private static void compare(String what, int rounds, DoubleSupplier percpu, DoubleSupplier boot) {
        List<Double> ours = new ArrayList<>();
        List<Double> theirs = new ArrayList<>();
        for (int i = 0; i < rounds; i++) {
            ours.add(percpu.getAsDouble());
            theirs.add(boot.getAsDouble());
        }
        // The first half warms the JIT compilers up. A start has nothing that could be warm.
        int from = rounds == STARTS ? 0 : rounds / 2;
        double median = median(ours.subList(from, rounds));
        double other = median(theirs.subList(from, rounds));
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

    private static double millisOfScrape(RunningApplication application) {
        long start = System.nanoTime();
        byte[] body = attempt(() -> application.scrape("", null)).body();
        double millis = (System.nanoTime() - start) / 1e6;
        if (body.length < 100 * TIMERS) {
            throw new IllegalStateException("a scrape must have all timers, but has " + body.length + " bytes");
        }
        return millis;
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
