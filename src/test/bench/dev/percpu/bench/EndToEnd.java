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
 * CPU time of the whole service for each request: without request metrics, without them again as the control, with ours, and with Quarkus'
 * own binder and registry. {@code make bench ARGS=http.server}.
 *
 * <p>In each round every variant has a process of its own. All are warmed up, and then take turns: what disturbs the machine for a second
 * meets one turn, and the median of a process' turns is its figure. Each turn has another order ({@link Turns}), for what went before has
 * left the caches and the clock of the processor as it needed them. Figures are ratios to the first process without metrics of the same
 * round.
 */
final class EndToEnd {
    static final String CASE = "http.server.cpu";
    static final String BLOCK = "http.server";

    private static final int ROUNDS = Boolean.getBoolean("bench.quick") ? 2 : 15;
    private static final int WARM_UP = 80_000;
    /** Twice as many as variants: each is twice in each place. */
    private static final int TURNS = 8;

    private static final int REQUESTS_OF_A_TURN = 16_000;
    private static final double CONFIDENCE = 0.95;

    private enum Variant {
        OFF("ours", "-Dpercpu.requests.enabled=false"),
        OFF_AGAIN("ours", "-Dpercpu.requests.enabled=false"),
        PERCPU("ours", "-Dpercpu.requests.enabled=true"),
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
     * @param builds folder with the packaged services, {@code ours} and {@code quarkus}
     * @param directory for the report
     * @param document whose block {@code http.server} is renewed; null for none
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
                Map<Variant, double[]> turns = takeTurns(servers, round);
                for (Variant variant : Variant.values()) {
                    double measured = Numbers.median(turns.get(variant));
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

    private static List<Variant> order(int turn) {
        return Turns.order(List.of(Variant.values()), turn);
    }

    private static Map<Variant, double[]> takeTurns(Map<Variant, LoadedServer> servers, int round)
            throws IOException, InterruptedException {
        Map<Variant, double[]> turns = new EnumMap<>(Variant.class);
        for (Variant variant : order(round)) {
            servers.get(variant).cpuNanosPerRequest(WARM_UP);
            turns.put(variant, new double[TURNS]);
        }
        for (int turn = 0; turn < TURNS; turn++) {
            // from another one on in each round, so that no variant is the first after the warm-up in all of them
            for (Variant variant : order(round + turn)) {
                turns.get(variant)[turn] = servers.get(variant).cpuNanosPerRequest(REQUESTS_OF_A_TURN);
            }
        }
        return turns;
    }

    private void write() throws IOException {
        StringBuilder text = new StringBuilder("""
                CPU time of the whole process for each request, as a ratio to the same without request metrics: the mean of %d rounds and
                its 95 %% confidence interval. `off again` is the control: a ratio within its interval is not distinguishable from 1.

                | | ns, median | ratio | 95 %% interval | in the control's |
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
                + ReadmeTable.inWords(Machine.describe()) + ".\n");
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
