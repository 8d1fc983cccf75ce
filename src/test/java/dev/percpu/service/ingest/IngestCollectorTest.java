package dev.percpu.service.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.PerCpuMeterRegistry;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The metrics of ingest in a scrape. */
class IngestCollectorTest {
    private final PerCpuMeterRegistry registry = new PerCpuMeterRegistry();

    @AfterEach
    void close() {
        registry.close();
    }

    @Test
    void shouldExposeEveryCount() {
        assertThat(samples(SampleStatistics.of(10, 3, 0, 7)))
                .containsExactlyInAnyOrder(
                        "percpu_ingest_samples_total{protocol=\"statsd\"} 10.0",
                        "percpu_ingest_packets_total{protocol=\"statsd\"} 5.0",
                        "percpu_ingest_dropped_packets_total{protocol=\"statsd\"} 7.0",
                        "percpu_ingest_rejected_total{protocol=\"statsd\",reason=\"bad_value\"} 3.0",
                        "percpu_ingest_rejected_total{protocol=\"statsd\",reason=\"bad_name\"} 0.0",
                        "percpu_ingest_ignored_total{kind=\"set\",protocol=\"statsd\"} 5.0",
                        "percpu_ingest_receivers{protocol=\"statsd\"} 3.0",
                        "percpu_ingest_failed_receivers{protocol=\"statsd\"} 1.0",
                        "percpu_ingest_receive_buffer_bytes{protocol=\"statsd\"} 212992.0");
    }

    @Test
    void shouldExposeTheCountsOfEachProtocol() {
        assertThat(samples(SampleStatistics.of(10, 3, 0, 7), SampleStatistics.ofOtlp(20, 4)))
                .contains(
                        "percpu_ingest_samples_total{protocol=\"statsd\"} 10.0",
                        "percpu_ingest_samples_total{protocol=\"otlp\"} 20.0",
                        "percpu_ingest_rejected_total{protocol=\"statsd\",reason=\"bad_value\"} 3.0",
                        "percpu_ingest_rejected_total{protocol=\"otlp\",reason=\"type\"} 4.0",
                        "percpu_ingest_ignored_total{kind=\"duplicate\",protocol=\"otlp\"} 6.0",
                        "percpu_ingest_requests_total{protocol=\"otlp\",status=\"200\"} 8.0",
                        "percpu_ingest_requests_total{protocol=\"otlp\",status=\"401\"} 9.0",
                        "percpu_ingest_streams{protocol=\"otlp\"} 12.0")
                .hasSize(15);
    }

    @Test
    void shouldExposeTheStateOfTheMapping() {
        assertThat(samples(SampleStatistics.withMapping(null)))
                .contains(
                        "percpu_ingest_mapping_reloads_total{protocol=\"statsd\",result=\"success\"} 3.0",
                        "percpu_ingest_mapping_reloads_total{protocol=\"statsd\",result=\"failure\"} 2.0",
                        "percpu_ingest_mapping_last_reload_successful{protocol=\"statsd\"} 1.0",
                        "percpu_ingest_mapping_last_reload_success_timestamp_seconds{protocol=\"statsd\"} 1.50000000025E9");
    }

    @Test
    void shouldReportAMappingThatWasRefused() {
        assertThat(samples(SampleStatistics.withMapping("line 3: no match")))
                .contains("percpu_ingest_mapping_last_reload_successful{protocol=\"statsd\"} 0.0");
    }

    private List<String> samples(IngestStatistics... statistics) {
        registry.getPrometheusRegistry().register(new IngestCollector(() -> List.of(statistics)));
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith("percpu_ingest_"))
                .toList();
    }
}
