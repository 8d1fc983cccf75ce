package dev.percpu.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A real Prometheus with its own storage and configuration, on a free loopback port. It is Debian's binary.
 */
final class PrometheusServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Program program;
    private final URI address;
    private final HttpClient client = HttpClient.newHttpClient();

    /**
     * An element of an instant vector, or an exemplar.
     *
     * @param labels the labels without the name
     * @param value the value; of a native histogram, the count
     */
    record Sample(Map<String, String> labels, double value) {

        /** Returns the value of a label. As in Prometheus, a missing label has an empty value. */
        String label(String name) {
            return labels.getOrDefault(name, "");
        }
    }

    private PrometheusServer(Program program, URI address) {
        this.program = program;
        this.address = address;
    }

    /**
     * Starts a Prometheus that scrapes one target every second, and waits until it is ready.
     *
     * @param directory folder for configuration, storage and output
     * @param target address of the target, whose {@code /q/metrics} is scraped
     * @param arguments additional command-line arguments
     */
    static PrometheusServer start(Path directory, URI target, String... arguments)
            throws IOException, InterruptedException {
        return start("prometheus", directory, scraping(target), arguments);
    }

    /** Returns a configuration that scrapes one target every second. */
    static String scraping(URI target) {
        return """
                global:
                  scrape_interval: 1s
                  scrape_timeout: 1s
                scrape_configs:
                  - job_name: service
                    metrics_path: /q/metrics
                    static_configs:
                      - targets: ["%s"]
                """.formatted(target.getAuthority());
    }

    /**
     * Starts a Prometheus and waits until it is ready.
     *
     * @param prometheus the program
     * @param directory folder for configuration, storage and output
     * @param configuration text of the configuration file
     * @param arguments additional command-line arguments
     */
    static PrometheusServer start(String prometheus, Path directory, String configuration, String... arguments)
            throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve("prometheus.yml"), configuration);
        int port = FreePort.next();
        URI address = URI.create("http://127.0.0.1:" + port);
        List<String> command = new ArrayList<>(List.of(
                prometheus,
                "--config.file=" + file,
                "--storage.tsdb.path=" + directory.resolve("storage"),
                "--web.listen-address=127.0.0.1:" + port,
                "--log.level=warn"));
        command.addAll(List.of(arguments));
        Program program = Program.start("prometheus", directory, command);
        try {
            program.awaitOk(address.resolve("/-/ready"));
        } catch (InterruptedException | RuntimeException | Error e) {
            program.close();
            throw e;
        }
        return new PrometheusServer(program, address);
    }

    /** Returns the base address. */
    URI address() {
        return address;
    }

    /** Returns the log: warnings and errors. */
    String output() {
        return program.output();
    }

    /**
     * Evaluates an expression now.
     *
     * @throws AssertionError if Prometheus rejects the expression
     */
    List<Sample> query(String expression) throws IOException, InterruptedException {
        List<Sample> samples = new ArrayList<>();
        for (JsonNode element : get("query", expression, "").path("result")) {
            JsonNode value = element.has("histogram") ? element.at("/histogram/1/count") : element.at("/value/1");
            samples.add(new Sample(labels(element.path("metric")), Double.parseDouble(value.asText())));
        }
        return samples;
    }

    /**
     * Returns the stored exemplars of all series that an expression selects. Needs {@code --enable-feature=exemplar-storage}.
     *
     * @return exemplars with their own labels, without the labels of the series
     * @throws AssertionError if Prometheus rejects the expression
     */
    List<Sample> exemplars(String expression, Instant from, Instant to) throws IOException, InterruptedException {
        List<Sample> exemplars = new ArrayList<>();
        for (JsonNode series : get("query_exemplars", expression, "&start=" + from + "&end=" + to)) {
            for (JsonNode exemplar : series.path("exemplars")) {
                exemplars.add(new Sample(
                        labels(exemplar.path("labels")),
                        Double.parseDouble(exemplar.path("value").asText())));
            }
        }
        return exemplars;
    }

    private JsonNode get(String endpoint, String expression, String parameters)
            throws IOException, InterruptedException {
        URI uri = address.resolve(
                "/api/v1/" + endpoint + "?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8) + parameters);
        String body = body(uri);
        JsonNode response = JSON.readTree(body);
        if (!response.path("status").asText().equals("success")) {
            throw new AssertionError("Prometheus rejected " + expression + ": " + body);
        }
        return response.path("data");
    }

    /** Returns the series of a name as another Prometheus would scrape them: text, with the external labels. */
    String federated(String name) throws IOException, InterruptedException {
        return body(address.resolve("/federate?match%5B%5D=" + name));
    }

    private String body(URI uri) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
                .body();
    }

    private static Map<String, String> labels(JsonNode object) {
        Map<String, String> labels = new TreeMap<>();
        object.properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        labels.remove("__name__");
        return labels;
    }

    /**
     * Waits until Prometheus has stored a scrape that started after a moment, successful or not.
     *
     * @throws AssertionError if there is none within 30 seconds
     */
    void awaitScrapeAfter(Instant moment) throws IOException, InterruptedException {
        Deadline deadline = Deadline.in(Duration.ofSeconds(30));
        double momentSeconds = moment.toEpochMilli() / 1000.0;
        while (true) {
            // The timestamp of a sample is the start of its scrape.
            List<Sample> last = query("timestamp(up)");
            if (!last.isEmpty() && last.getFirst().value() > momentSeconds) {
                return;
            }
            if (deadline.passed()) {
                throw new AssertionError(
                        "There must be a scrape after " + moment + ", but the last was: " + last + "\n" + output());
            }
            deadline.pause();
        }
    }

    /**
     * Waits until an expression returns what is expected.
     *
     * @return the samples
     * @throws AssertionError if it does not within 30 seconds
     */
    List<Sample> await(String expression, Predicate<List<Sample>> expected) throws IOException, InterruptedException {
        Deadline deadline = Deadline.in(Duration.ofSeconds(30));
        while (true) {
            List<Sample> samples = query(expression);
            if (expected.test(samples)) {
                return samples;
            }
            if (deadline.passed()) {
                throw new AssertionError(expression + " returned: " + samples + "\n" + output());
            }
            deadline.pause();
        }
    }

    @Override
    public void close() {
        client.close();
        program.close();
    }
}
