package dev.percpu.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.util.ListStatistics;

/**
 * A measurement of the service's CPU time per request, run by {@code make bench ARGS=http.server}.
 *
 * <p>The variants are the service without request metrics, the same again as the control, with percpu's request metrics, and with Quarkus'
 * binder and registry.
 *
 * <p>In each round every variant runs in a process of its own. After the warm-up, a round has {@value #PASSES} passes. In a pass each
 * process serves the same number of requests, one process after another. The figure of a process is the median of its passes, so a short
 * disturbance of the machine changes one pass only. A process affects the caches and the clock rate for the next one, so the order differs
 * in each pass ({@link BalancedOrder}). Ratios are relative to the first process without metrics of the same round.
 */
final class EndToEnd {
    static final String CASE = "http.server.cpu";
    static final String BLOCK = "http.server";

    private static final int ROUNDS = Boolean.getBoolean("bench.quick") ? 2 : 15;
    private static final int WARM_UP = 80_000;
    /** Twice the number of variants: each variant runs twice at each position. */
    private static final int PASSES = 8;

    private static final int REQUESTS_PER_PASS = 16_000;
    private static final double CONFIDENCE = 0.95;

    private enum Variant {
        OFF("percpu", "-Dpercpu.requests.enabled=false"),
        OFF_AGAIN("percpu", "-Dpercpu.requests.enabled=false"),
        PERCPU("percpu", "-Dpercpu.requests.enabled=true"),
        QUARKUS("quarkus", "-Dpercpu.requests.enabled=false");

        private final String build;
        private final String argument;

        Variant(String build, String argument) {
            this.build = build;
            this.argument = argument;
        }

        String title() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    private final Path builds;
    private final Path directory;
    private final Map<Variant, List<Double>> nanos = new EnumMap<>(Variant.class);

    private final @Nullable Path document;

    private EndToEnd(Path builds, Path directory, @Nullable Path document) {
        this.builds = builds;
        this.directory = directory;
        this.document = document;
    }

    /**
     * Runs all rounds and writes the report.
     *
     * @param builds folder with the packaged services, {@code percpu} and {@code quarkus}
     * @param directory folder of the report
     * @param document Markdown file in which the block {@code http.server} is replaced, or null
     * @throws IOException if a service does not start, or a file cannot be written
     */
    static void run(Path builds, Path directory, @Nullable Path document) throws IOException {
        try {
            new EndToEnd(builds, Files.createDirectories(directory), document).run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private void run() throws IOException, InterruptedException {
        for (int round = 1; round <= ROUNDS; round++) {
            Map<Variant, LoadedServer> servers = new EnumMap<>(Variant.class);
            try {
                for (Variant variant : order(round)) {
                    servers.put(variant, start(variant));
                }
                Map<Variant, double[]> passes = measurePasses(servers, round);
                for (Variant variant : Variant.values()) {
                    double measured = Numbers.median(passes.get(variant));
                    nanos.computeIfAbsent(variant, key -> new ArrayList<>()).add(measured);
                    System.out.printf(
                            Locale.ROOT, "round %d of %d  %-10s %8.0f ns%n", round, ROUNDS, variant.title(), measured);
                }
            } finally {
                for (LoadedServer server : servers.values()) {
                    server.close();
                }
            }
        }
        write();
    }

    private LoadedServer start(Variant variant) throws IOException, InterruptedException {
        Path jar = builds.resolve(variant.build).resolve("quarkus-app/quarkus-run.jar");
        Path log = directory.resolve(variant.title().replace(' ', '-') + ".log");
        return LoadedServer.start(jar, List.of(variant.argument), log);
    }

    private static List<Variant> order(int pass) {
        return BalancedOrder.of(List.of(Variant.values()), pass);
    }

    private static Map<Variant, double[]> measurePasses(Map<Variant, LoadedServer> servers, int round)
            throws IOException, InterruptedException {
        Map<Variant, double[]> passes = new EnumMap<>(Variant.class);
        for (Variant variant : order(round)) {
            servers.get(variant).cpuNanosPerRequest(WARM_UP);
            passes.put(variant, new double[PASSES]);
        }
        for (int pass = 0; pass < PASSES; pass++) {
            // The round shifts the order. Otherwise the same variant would be the first after every warm-up.
            for (Variant variant : order(round + pass)) {
                passes.get(variant)[pass] = servers.get(variant).cpuNanosPerRequest(REQUESTS_PER_PASS);
            }
        }
        return passes;
    }

    private void write() throws IOException {
        StringBuilder text = new StringBuilder("""
                CPU time of the whole process per request. The ratio divides it by the CPU time without request metrics (`off`): it is the
                mean of %d rounds, with its 95 %% confidence interval. `off again` is the control: a ratio within the interval of the
                control cannot be distinguished from 1.

                | variant | ns, median | ratio | 95 %% interval | within the control's interval |
                |---|---|---|---|---|
                """.formatted(ROUNDS));
        Map<String, Object> report = new LinkedHashMap<>();
        double[] control = interval(ratios(Variant.OFF_AGAIN));
        for (Variant variant : Variant.values()) {
            double[] ratios = ratios(variant);
            double mean = new ListStatistics(ratios).getMean();
            double[] interval = interval(ratios);
            boolean inside = control[0] <= mean && mean <= control[1];
            double median = Numbers.median(doubles(variant));
            text.append(String.format(
                    Locale.ROOT,
                    "| %s | %.0f | %.4f | %.4f to %.4f | %s |%n",
                    variant.title(),
                    median,
                    mean,
                    interval[0],
                    interval[1],
                    variant == Variant.OFF || variant == Variant.OFF_AGAIN ? "" : inside ? "yes" : "**no**"));
            report.put(
                    variant.title(),
                    Map.of(
                            "nanos",
                            nanos.get(variant),
                            "ratio",
                            mean,
                            "low",
                            interval[0],
                            "high",
                            interval[1],
                            "insideControl",
                            inside));
        }
        text.append("\n`make bench ARGS=http.server` on " + LocalDate.now(ZoneOffset.UTC) + ": "
                + Machine.line(Machine.describe()) + ".\n");
        Files.writeString(directory.resolve(CASE + ".md"), "# " + CASE + "\n\n" + text);
        if (document != null) {
            MarkedBlock.replace(document, BLOCK, text.toString());
        }
        Files.writeString(
                directory.resolve(CASE + ".json"),
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report) + "\n");
        System.out.println(text);
    }

    private double[] ratios(Variant variant) {
        double[] ratios = doubles(variant);
        double[] off = doubles(Variant.OFF);
        for (int i = 0; i < ratios.length; i++) {
            ratios[i] /= off[i];
        }
        return ratios;
    }

    private double[] doubles(Variant variant) {
        return nanos.getOrDefault(variant, List.of()).stream()
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    private static double[] interval(double[] values) {
        ListStatistics statistics = new ListStatistics(values);
        double error = statistics.getMeanErrorAt(CONFIDENCE);
        double mean = statistics.getMean();
        return values.length < 2 || Double.isNaN(error)
                ? new double[] {mean, mean}
                : new double[] {mean - error, mean + error};
    }
}
