package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.percpu.acceptance.HttpLoad.Recorded;
import dev.percpu.acceptance.HttpLoad.Requests;
import dev.percpu.acceptance.PrometheusServer.Sample;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sends requests to the packaged service, and compares the counts in its shards and in a real Prometheus. */
@Tag("acceptance")
@Timeout(180)
class PrometheusAcceptanceTest {

    private static final int CONNECTIONS = 6;

    private static final List<Requests> PLAN = List.of(
            new Requests("GET", "/", "root", 200, 30_000),
            new Requests("GET", "/api/rseq", "/api/rseq", 200, 25_000),
            new Requests("GET", "/api/cpus", "/api/cpus", 200, 15_000),
            new Requests("HEAD", "/api/cpus", "/api/cpus", 200, 5_000),
            new Requests("GET", "/page.css", "/page.css", 200, 5_000),
            new Requests("GET", "/no/such/path/#", "NOT_FOUND", 404, 15_000),
            new Requests("POST", "/no/such/path/#?x=#", "NOT_FOUND", 404, 5_000));

    @TempDir
    private Path directory;

    @Test
    void shouldExposeExactlyTheSentRequestsToPrometheus() throws IOException, InterruptedException {
        try (ServiceProcess service = ServiceProcess.start(directory);
                PrometheusServer prometheus = PrometheusServer.start(directory, service.management())) {
            Map<Recorded, Long> answers = HttpLoad.send(service.application(), PLAN, CONNECTIONS);
            // A request is recorded after its response was written, which may be later than the client reads it.
            Instant recorded = Instant.now().plusSeconds(1);
            prometheus.awaitScrapeAfter(recorded);

            assertThat(answers).as("answers of the service").isEqualTo(planned());
            assertThat(requestsIn(prometheus)).as("requests in Prometheus").isEqualTo(answers);
            assertThat(prometheus.query("min_over_time(up[10m])"))
                    .as("scrapes that failed")
                    .singleElement()
                    .returns(1.0, Sample::value);
            assertThat(prometheus.output()).as("Prometheus' warnings").doesNotContain("Error on ingesting");
            assertRecordedInShards(
                    service,
                    answers.values().stream().mapToLong(Long::longValue).sum());
        }
    }

    @Test
    void shouldServeScrapesThatPromtoolAccepts() throws IOException, InterruptedException {
        try (ServiceProcess service = ServiceProcess.start(directory)) {
            List<Requests> few = PLAN.stream()
                    .map(r -> new Requests(r.method(), r.path(), r.uri(), r.status(), 20))
                    .toList();
            HttpLoad.send(service.application(), few, 2);

            String text = service.scrape("/q/metrics", "text/plain;version=0.0.4");
            String openMetrics = service.scrape("/q/metrics", "application/openmetrics-text;version=1.0.0");

            assertThat(Promtool.checkMetrics(directory, text)).isEmpty();
            assertThat(ScrapeText.duplicates(text)).isEmpty();
            assertThat(ScrapeText.duplicates(openMetrics)).isEmpty();
            assertThat(openMetrics).endsWith("# EOF\n");
            assertThat(text).contains("http_server_requests_seconds_count").contains("percpu_rseq_info");
        }
    }

    /** Checks that the requests are in the shards. Where rseq works, only few may be in the shared shard. */
    private static void assertRecordedInShards(ServiceProcess service, long requests)
            throws IOException, InterruptedException {
        JsonNode cpus = service.json("/api/cpus");
        long shared = cpus.at("/shared/records").asLong();
        long perCpu = 0;
        for (JsonNode cpu : cpus.path("cpus")) {
            perCpu += cpu.path("records").asLong();
        }

        assertThat(perCpu + shared).as("records of all shards: %s", cpus).isGreaterThanOrEqualTo(requests);
        if (service.json("/api/rseq").path("active").asBoolean()) {
            assertThat(shared).as("records in the shared shard").isLessThan(requests / 1000);
        }
    }

    private static Map<Recorded, Long> planned() {
        Map<Recorded, Long> planned = new HashMap<>();
        for (Requests requests : PLAN) {
            planned.merge(
                    new Recorded(requests.method(), Integer.toString(requests.status()), requests.uri()),
                    (long) requests.count(),
                    Long::sum);
        }
        return planned;
    }

    private static Map<Recorded, Long> requestsIn(PrometheusServer prometheus)
            throws IOException, InterruptedException {
        Map<Recorded, Long> counts = new HashMap<>();
        for (Sample sample : prometheus.query("http_server_requests_seconds_count")) {
            Recorded recorded = new Recorded(sample.label("method"), sample.label("status"), sample.label("uri"));
            // A count that is not a whole number is an error.
            assertThat(sample.value()).isEqualTo(Math.rint(sample.value()));
            counts.merge(recorded, (long) sample.value(), Long::sum);
        }
        return counts;
    }
}
