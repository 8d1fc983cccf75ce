package dev.percpu.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The memory and registration time of series in percpu and Micrometer. Each figure comes from its own JVM ({@link MemoryMain}). */
final class MemoryCases {
    private static final int SERIES = 20_000;
    private static final int REGISTERED = 100_000;
    private static final int REGISTRATION_ROUNDS = 3;
    private static final int WIDE = 128;

    /** A number of series that needs a larger heap. */
    private static final int MANY = 1_000_000;

    /** Numbers of series, by the end of the name of a case. */
    private static final Map<String, Integer> SIZES = new LinkedHashMap<>();

    static {
        SIZES.put(".100", 100);
        SIZES.put(".10k", 10_000);
        SIZES.put(".1m", MANY);
    }

    /** Kinds of meters in the cases of {@link #SIZES}. A percentile timer of Micrometer would need 20 GB. */
    private static final List<String> SIZED = List.of("memory.counter", "memory.timer", "memory.histogram-timer");
    /** Number of arguments of {@link MemoryMain}. */
    private static final int ARGUMENTS = 6;

    static final String NEVER = "never recorded";
    static final String TWO = "recorded on 2 CPUs";
    static final String WIDE_TWO = WIDE + " CPUs, 2 busy";
    static final String WIDE_ALL = WIDE + " CPUs, all busy";
    private static final String TO_TWO = ", compared with percpu on 2 CPUs";

    /** Kinds of meters by case: {@code counter}, or the {@link Shape} of a timer. */
    private static final Map<String, String> KINDS = new LinkedHashMap<>();

    static {
        KINDS.put("memory.counter", "counter");
        KINDS.put("memory.timer", Shape.PLAIN.name());
        KINDS.put("memory.histogram-timer", Shape.HISTOGRAM.name());
        KINDS.put("memory.percentile-timer", Shape.PERCENTILES.name());
    }

    private static final Map<String, String> REGISTRATIONS = Map.of(
            "registration.100k.counter", "counter",
            "registration.100k.timer", Shape.PLAIN.name(),
            "registration.100k.histogram-timer", Shape.HISTOGRAM.name());

    private static final List<Limit> LIMITS = List.of(
            new Limit("memory.counter", NEVER, 0.8),
            new Limit("memory.counter", TWO, 0.9),
            new Limit("memory.timer", NEVER, 0.7),
            new Limit("memory.timer", TWO, 0.8),
            new Limit("memory.histogram-timer", NEVER, 0.3),
            new Limit("memory.histogram-timer", TWO, 1.3),
            new Limit("memory.percentile-timer", NEVER, 0.1),
            new Limit("memory.percentile-timer", TWO, Double.NaN),
            new Limit("registration.100k.counter", NEVER, 1),
            new Limit("registration.100k.timer", NEVER, 1),
            new Limit("registration.100k.histogram-timer", NEVER, 1));

    /** Largest allowed ratio of a simulated host with 2 busy CPUs to a host with 2 CPUs, both percpu. */
    private static final double WIDE_LIMIT = 1.05;

    private final List<Figure> figures = new ArrayList<>();

    /**
     * A figure of a case.
     *
     * @param state state of the series, for example {@value #NEVER}
     * @param unit unit of the value
     */
    record Figure(String caseName, String impl, String state, String unit, double value) {
        Map<String, Object> asMap() {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("case", caseName);
            map.put("impl", impl);
            map.put("state", state);
            map.put("unit", unit);
            map.put("value", Numbers.rounded(value, 1));
            return map;
        }
    }

    /** The largest allowed ratio of percpu to Micrometer. NaN means that the ratio is only reported. */
    private record Limit(String caseName, String state, double atMost) {}

    /** The output of {@link MemoryMain}: bytes per series and nanoseconds per registration. */
    private record Run(double bytes, double nanos) {}

    /** Returns the names of all cases. */
    static Set<String> names() {
        Set<String> names = new TreeSet<>(KINDS.keySet());
        names.addAll(REGISTRATIONS.keySet());
        SIZED.forEach(kind -> SIZES.keySet().forEach(end -> names.add(kind + end)));
        return names;
    }

    /**
     * Measures the selected cases.
     *
     * @param caseNames pattern that the name of a case must contain
     * @param failures receives the cases that fail, with the reason
     */
    static MemoryCases measure(Pattern caseNames, Failures failures) {
        MemoryCases cases = new MemoryCases();
        for (Map.Entry<String, String> it : KINDS.entrySet()) {
            if (caseNames.matcher(it.getKey()).find()) {
                measure(it.getKey(), failures, () -> cases.memory(it.getKey(), it.getValue()));
            }
        }
        for (String kind : SIZED) {
            SIZES.forEach((end, series) -> {
                if (caseNames.matcher(kind + end).find()) {
                    measure(kind + end, failures, () -> cases.sized(kind + end, KINDS.getOrDefault(kind, ""), series));
                }
            });
        }
        for (Map.Entry<String, String> it : REGISTRATIONS.entrySet()) {
            if (caseNames.matcher(it.getKey()).find()) {
                measure(it.getKey(), failures, () -> cases.registration(it.getKey(), it.getValue()));
            }
        }
        return cases;
    }

    private interface Measurement {
        void run() throws IOException;
    }

    private static void measure(String caseName, Failures failures, Measurement measurement) {
        try {
            measurement.run();
        } catch (IOException e) {
            failures.add(caseName, String.valueOf(e.getMessage()));
        }
    }

    private void memory(String caseName, String kind) throws IOException {
        for (String impl : List.of(Impl.PERCPU, Impl.MICROMETER)) {
            add(caseName, impl, NEVER, run(impl, kind, SERIES, 0, 0, 100).bytes);
            add(caseName, impl, TWO, run(impl, kind, SERIES, 2, 0, 100).bytes);
        }
        double one = run(Impl.PERCPU, kind, SERIES, 1, WIDE, 100).bytes;
        double two = run(Impl.PERCPU, kind, SERIES, 2, WIDE, 100).bytes;
        add(caseName, Impl.PERCPU, WIDE_TWO, two);
        // Each further CPU needs as much memory as the second one.
        add(caseName, Impl.PERCPU, WIDE_ALL, one + (WIDE - 1) * (two - one));
    }

    /** Measures series that two CPUs have recorded. */
    private void sized(String caseName, String kind, int series) throws IOException {
        for (String impl : List.of(Impl.PERCPU, Impl.MICROMETER)) {
            add(caseName, impl, TWO, run(impl, kind, series, 2, 0, 100).bytes);
        }
    }

    private void registration(String caseName, String kind) throws IOException {
        for (String impl : List.of(Impl.PERCPU, Impl.MICROMETER)) {
            double[] nanos = new double[REGISTRATION_ROUNDS];
            for (int i = 0; i < nanos.length; i++) {
                nanos[i] = run(impl, kind, REGISTERED, 0, 0, SERIES).nanos;
            }
            figures.add(new Figure(caseName, impl, NEVER, "ns/registration", Numbers.median(nanos)));
        }
    }

    private void add(String caseName, String impl, String state, double bytes) {
        figures.add(new Figure(caseName, impl, state, "B/series", bytes));
        System.out.printf(Locale.ROOT, "       %-46s %-24s %8.0f B, %s%n", caseName, impl, bytes, state);
    }

    private static Run run(String impl, String kind, int series, int cpus, int simulated, int warmUps)
            throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-Xms1g",
                series < MANY ? "-Xmx2g" : "-Xmx8g",
                "-Dpercpu.series.max=" + 2 * MANY,
                "-cp",
                System.getProperty("java.class.path"),
                MemoryMain.class.getName(),
                impl,
                kind));
        for (int argument : new int[] {series, cpus, simulated, warmUps}) {
            command.add(Integer.toString(argument));
        }
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            if (!process.waitFor(5, TimeUnit.MINUTES) || process.exitValue() != 0) {
                throw new IOException(MemoryMain.class.getSimpleName() + " "
                        + String.join(" ", command.subList(command.size() - ARGUMENTS, command.size())) + " failed");
            }
            String[] words = output.split("\\s+");
            return new Run(Double.parseDouble(words[words.length - 2]), Double.parseDouble(words[words.length - 1]));
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            process.destroyForcibly();
        }
    }

    List<Map<String, Object>> asMaps() {
        return figures.stream().map(Figure::asMap).toList();
    }

    private OptionalDouble value(String caseName, String impl, String state) {
        return figures.stream()
                .filter(it -> it.caseName.equals(caseName) && it.impl.equals(impl) && it.state.equals(state))
                .mapToDouble(Figure::value)
                .findFirst();
    }

    /**
     * Returns the figures as a Markdown table, or an empty text if there are none.
     *
     * @param whole whether the table also contains the figures that were not measured
     */
    String table(boolean whole) {
        if (figures.isEmpty() && !whole) {
            return "";
        }
        StringBuilder out = new StringBuilder("""
                | case | state | at most | ratio | percpu | compared with |
                |---|---|---|---|---|---|
                """);
        for (Limit limit : LIMITS) {
            OptionalDouble percpu = value(limit.caseName, Impl.PERCPU, limit.state);
            OptionalDouble peer = value(limit.caseName, Impl.MICROMETER, limit.state);
            if (percpu.isPresent() && peer.isPresent()) {
                out.append(line(limit.caseName, limit.state, limit.atMost, percpu.getAsDouble(), peer.getAsDouble()));
            } else if (whole) {
                out.append(unmeasuredLine(limit.caseName, limit.state, limit.atMost));
            }
        }
        for (String kind : SIZED) {
            for (String end : SIZES.keySet()) {
                OptionalDouble percpu = value(kind + end, Impl.PERCPU, TWO);
                OptionalDouble peer = value(kind + end, Impl.MICROMETER, TWO);
                if (percpu.isPresent() && peer.isPresent()) {
                    out.append(line(kind + end, TWO, Double.NaN, percpu.getAsDouble(), peer.getAsDouble()));
                } else if (whole) {
                    out.append(unmeasuredLine(kind + end, TWO, Double.NaN));
                }
            }
        }
        for (String caseName : KINDS.keySet()) {
            OptionalDouble two = value(caseName, Impl.PERCPU, TWO);
            OptionalDouble wide = value(caseName, Impl.PERCPU, WIDE_TWO);
            OptionalDouble all = value(caseName, Impl.PERCPU, WIDE_ALL);
            if (two.isPresent() && wide.isPresent() && all.isPresent()) {
                out.append(line(caseName, WIDE_TWO + TO_TWO, WIDE_LIMIT, wide.getAsDouble(), two.getAsDouble()));
                out.append(line(caseName, WIDE_ALL + TO_TWO, Double.NaN, all.getAsDouble(), two.getAsDouble()));
            } else if (whole) {
                out.append(unmeasuredLine(caseName, WIDE_TWO + TO_TWO, WIDE_LIMIT));
            }
        }
        return out.append("""

                        Series have four tags. The memory cases are bytes per series: heap, resident shards and page tables. The
                        registration cases are nanoseconds per registration. Without another remark, percpu is compared with Micrometer.
                        """).toString();
    }

    private static String unmeasuredLine(String caseName, String state, double atMost) {
        return "| " + caseName + " | " + state + " | " + (Double.isNaN(atMost) ? "" : Numbers.ratio(atMost)) + " | **"
                + Outcome.NOT_MEASURED + "** | | |\n";
    }

    private static String line(String caseName, String state, double atMost, double percpu, double peer) {
        double ratio = percpu / peer;
        String text = Numbers.ratio(ratio);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %s | %.0f | %.0f |%n",
                caseName,
                state,
                Double.isNaN(atMost) ? "" : Numbers.ratio(atMost),
                ratio > atMost ? "**" + text + "**" : text,
                percpu,
                peer);
    }
}
