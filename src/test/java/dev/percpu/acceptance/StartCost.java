package dev.percpu.acceptance;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;

/**
 * Measures starts of a plain application of Quarkus with the JVM's own options, of the service as {@code make run} starts it, and of the
 * service as a pod starts it: with the AOT cache, the options and the memory of the manifests. The figures are the time until it is ready, CPU
 * time, and resident memory at rest. {@code make bench ARGS=start} runs it.
 */
final class StartCost {
    private static final int ROUNDS = 10;
    private static final Duration REST = Duration.ofSeconds(6);
    private static final Path TARGET = Path.of("target").toAbsolutePath();

    private StartCost() {}

    /** The cost of one start. */
    private record Cost(double readyMillis, double cpuMillis, double residentMegabytes) {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Map<String, List<String>> commands = commands();
        Map<String, List<Cost>> costs = new LinkedHashMap<>();
        for (int round = 0; round < ROUNDS; round++) {
            List<String> names = new ArrayList<>(commands.keySet());
            if (round % 2 == 1) {
                Collections.reverse(names);
            }
            for (String name : names) {
                costs.computeIfAbsent(name, it -> new ArrayList<>()).add(start(name, commands.get(name)));
            }
        }
        for (String name : commands.keySet()) {
            print(name, costs.get(name), "");
            for (String other : commands.keySet()) {
                if (!other.equals(name)) {
                    print("  to " + other, ratios(costs.get(name), costs.get(other)), " (ratio)");
                }
            }
        }
    }

    private static Map<String, List<String>> commands() throws IOException, InterruptedException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> memory = List.of("-XX:MaxRAM=" + AttackedService.memoryKilobytes() + "k", "-XX:+UseSerialGC");
        Path image = TARGET.resolve("image");
        List<String> inImage = new ArrayList<>(memory);
        inImage.add("@" + image.resolve("app/java-options"));
        inImage.add("-Dpercpu.native.dir=" + image.resolve("app/native"));
        List<String> service =
                List.of("-jar", image.resolve("app/quarkus-run.jar").toString());
        Path cache = TARGET.resolve("bench/service.aot");
        Files.createDirectories(cache.getParent());
        String javaOfImage = image.resolve("opt/java/bin/java").toString();
        Program.start(
                        "training",
                        cache.getParent(),
                        joined(
                                List.of(javaOfImage, "-cp", TARGET + "/training", "Training", cache.toString()),
                                inImage,
                                service))
                .awaitEnd(Duration.ofMinutes(3));
        Map<String, List<String>> commands = new LinkedHashMap<>();
        commands.put("plain application", List.of(java, "-jar", TARGET + "/start/quarkus-app/quarkus-run.jar"));
        commands.put(
                "service",
                List.of(
                        java,
                        "@" + Path.of("deploy/start-options").toAbsolutePath(),
                        "@" + Path.of(".build/run-options").toAbsolutePath(),
                        "-jar",
                        TARGET + "/quarkus-app/quarkus-run.jar"));
        commands.put("service with cache", joined(List.of(javaOfImage, "-XX:AOTCache=" + cache), inImage, service));
        return commands;
    }

    @SafeVarargs
    private static List<String> joined(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return all;
    }

    private static Cost start(String name, List<String> command) throws IOException, InterruptedException {
        int port = FreePort.next();
        List<String> whole = new ArrayList<>(command);
        whole.addAll(
                command.indexOf("-jar"),
                List.of("-Dquarkus.http.port=" + FreePort.next(), "-Dquarkus.management.port=" + port));
        URI ready = URI.create("http://127.0.0.1:" + port + "/q/health/ready");
        long started = System.nanoTime();
        try (Program program = Program.start(name.replace(' ', '-'), TARGET.resolve("bench"), whole)) {
            Deadline deadline = Deadline.in(Duration.ofMinutes(1));
            while (!isReady(ready)) {
                if (deadline.passed()) {
                    throw new AssertionError(name + " is not ready:\n" + program.output());
                }
                TimeUnit.MILLISECONDS.sleep(5);
            }
            double millis = (System.nanoTime() - started) / 1e6;
            TimeUnit.MILLISECONDS.sleep(REST.toMillis());
            return new Cost(
                    millis,
                    ProcessUsage.cpuTime(program.pid()).toMillis(),
                    ProcessUsage.status(program.pid(), "VmRSS") / 1_024.0);
        }
    }

    /** Requests the readiness. Not by the JDK's HTTP client: its refused connections would take CPU time from the start. */
    private static boolean isReady(URI ready) {
        try {
            return ((HttpURLConnection) ready.toURL().openConnection()).getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static List<Cost> ratios(List<Cost> of, List<Cost> to) {
        List<Cost> ratios = new ArrayList<>();
        for (int round = 0; round < of.size(); round++) {
            Cost a = of.get(round);
            Cost b = to.get(round);
            ratios.add(new Cost(
                    a.readyMillis / b.readyMillis,
                    a.cpuMillis / b.cpuMillis,
                    a.residentMegabytes / b.residentMegabytes));
        }
        return ratios;
    }

    private static void print(String name, List<Cost> costs, String unit) {
        System.out.printf(
                "%-24s ready %.2f%s, CPU time %.2f%s, resident %.2f%s%n",
                name,
                median(costs, Cost::readyMillis),
                unit.isEmpty() ? " ms" : "",
                median(costs, Cost::cpuMillis),
                unit.isEmpty() ? " ms" : "",
                median(costs, Cost::residentMegabytes),
                unit.isEmpty() ? " MB" : unit);
    }

    private static double median(List<Cost> costs, ToDoubleFunction<Cost> value) {
        double[] sorted = costs.stream().mapToDouble(value).sorted().toArray();
        return (sorted[sorted.length / 2] + sorted[(sorted.length - 1) / 2]) / 2;
    }
}
