package dev.percpu.bench.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.percpu.acceptance.FreePort;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** The packaged service. */
record ServiceReceiver(PinnedProcess process, int port, URI application, URI management) implements StatsdReceiver {
    /** Names of the threads that receive packets. */
    static final Pattern RECEIVER_THREADS = Pattern.compile("statsd");

    /**
     * All timers are histograms with the default classic buckets of statsd_exporter. Its native histogram, which is on by default and which
     * only scrapes in protobuf have, is off: a factor of 1 means none.
     */
    private static final String MAPPING = """
            defaults:
              observer_type: histogram
              histogram_options:
                native_histogram_bucket_factor: 1
            mappings: []
            """;

    private static final long READY_NANOS = TimeUnit.SECONDS.toNanos(60);

    static ServiceReceiver start(Path jar, Path directory, int cpu) throws IOException, InterruptedException {
        return start(jar, directory, cpu, MAPPING);
    }

    /** Starts the service with a mapping. */
    static ServiceReceiver start(Path jar, Path directory, int cpu, String mapping)
            throws IOException, InterruptedException {
        Files.createDirectories(directory);
        int port = FreePort.next();
        URI application = URI.create("http://127.0.0.1:" + FreePort.next());
        URI management = URI.create("http://127.0.0.1:" + FreePort.next());
        Path file = directory.resolve("mapping.yml");
        Files.writeString(file, mapping);
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms256m",
                "-Xmx256m",
                "-Dquarkus.http.port=" + application.getPort(),
                "-Dquarkus.management.port=" + management.getPort(),
                "-Dpercpu.ingest.statsd.address=127.0.0.1:" + port,
                "-Dpercpu.ingest.statsd.mapping=" + file,
                "-Dpercpu.ingest.series-per-sender=1000000",
                "-Dpercpu.series.max=1000000",
                "-jar",
                jar.toString()));
        ServiceReceiver service = new ServiceReceiver(
                PinnedProcess.start(cpu, directory, directory.resolve("service.log"), port, command),
                port,
                application,
                management);
        try {
            service.awaitReady();
            return service;
        } catch (IOException | InterruptedException e) {
            service.close();
            throw e;
        }
    }

    private void awaitReady() throws IOException, InterruptedException {
        long start = System.nanoTime();
        while (true) {
            try {
                get(management.resolve("/q/health/ready"));
                return;
            } catch (IOException e) {
                if (System.nanoTime() - start > READY_NANOS) {
                    throw new IOException("it was not ready within a minute", e);
                }
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static String get(URI uri) throws IOException, InterruptedException {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(uri).build();
            var response = client.send(request, BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(uri + " must return status 200, but returned " + response.statusCode());
            }
            return response.body();
        }
    }

    @Override
    public Kind kind() {
        return Kind.PERCPU;
    }

    @Override
    public long pid() {
        return process.pid();
    }

    @Override
    public long series() throws IOException, InterruptedException {
        return get(management.resolve("/q/metrics"))
                .lines()
                .filter(it -> it.contains("_duration_count{"))
                .count();
    }

    /** Returns the memory of the shards. It makes no scrape, which would add the text of each series to the heap. */
    long shardBytes() throws IOException, InterruptedException {
        return new ObjectMapper()
                .readTree(get(application.resolve("/api/rseq")))
                .at("/shards/residentBytes")
                .asLong();
    }

    @Override
    public void close() {
        process.close();
    }
}
