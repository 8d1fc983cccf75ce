package dev.percpu.service.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.service.ingest.IngestStatistics;
import dev.percpu.service.ingest.SampleStatistics;
import dev.percpu.service.status.PageView.CpuRow;
import dev.percpu.service.status.PageView.Fact;
import dev.percpu.service.status.PageView.RequestRow;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The texts of the page for other machines than this one. */
class PageViewTest {

    @ParameterizedTest
    @CsvSource({
        "PT0S, 0 s",
        "PT59.9S, 59 s",
        "PT1M, 1 min 0 s",
        "PT59M59S, 59 min 59 s",
        "PT3H12M50S, 3 h 12 min",
        "PT49H, 2 d 1 h"
    })
    void shouldShowTheTwoLargestUnitsOfTheUptime(Duration time, String text) {
        assertThat(PageView.uptime(time)).isEqualTo(text);
    }

    @Test
    void shouldShowAProcessWithoutTheNativeLibrary() {
        PageView page = view(ReportsTest.cpusWithoutLibrary(), null);

        assertThat(page.facts())
                .contains(
                        new Fact("Registered by", "none"),
                        new Fact("C library", "unknown"),
                        new Fact("Self-test", "skipped"),
                        new Fact("Memory", "on the heap of the JVM"));
        assertThat(page.cpus())
                .containsExactly(
                        new CpuRow("0", "none", "none", "none"),
                        new CpuRow("1", "none", "none", "none"),
                        new CpuRow("shared", "none", "44", "none"),
                        new CpuRow("all", "", "44", "0"));
        assertThat(page.requests()).isNull();
    }

    @Test
    void shouldShowShardsUnderMmCid() {
        PageView page = view(ReportsTest.cpusByMmCid(), null);

        assertThat(page.shards()).isEqualTo("Shard");
        assertThat(page.cpus()).contains(new CpuRow("2", "none", "30", "3"), new CpuRow("all", "", "45", "4"));
    }

    @Test
    void shouldMarkOfflineCpus() {
        CpusReport cpus = new CpusReport(
                "cpu_id", List.of(new CpusReport.Entry(null, 7, 1, false, 1_234_567L, 8L)), new CpusReport.Shared(1));

        assertThat(view(cpus, null).cpus())
                .startsWith(new CpuRow("7 (offline)", "1", "1,234,567", "8"))
                .endsWith(new CpuRow("all", "", "1,234,568", "8"));
    }

    @Test
    void shouldShowTheMeanOfRequests() {
        RequestsReport requests = new RequestsReport(List.of(
                new RequestsReport.Route("/a", "GET", 4, 1, 0.01, 0.25, null),
                new RequestsReport.Route("/b", "PUT", 0, 0, 0, 0, null)));

        assertThat(view(ReportsTest.cpusByMmCid(), requests).requests())
                .containsExactly(
                        new RequestRow("/a", "GET", "4", "1", "2.5 ms", "250.0 ms"),
                        new RequestRow("/b", "PUT", "0", "0", "none", "0.0 ms"));
    }

    private static PageView view(CpusReport cpus, @Nullable RequestsReport requests) {
        return PageView.of(
                "1", Duration.ZERO, List.of(), ReportsTest.rseqWithoutLibrary(), cpus, requests, false, null);
    }

    @Test
    void shouldShowEachCountOfIngest() {
        assertThat(part(SampleStatistics.of(1_234_567, 2, 0, 4)))
                .returns("0.20 MiB of 4.00 MiB", PageView.IngestPart::buffer)
                .returns("3 receivers, 1 failed", PageView.IngestPart::receivers)
                .returns(null, PageView.IngestPart::mapping)
                .extracting(PageView.IngestPart::counts)
                .isEqualTo(List.of(
                        new Fact("samples recorded", "1,234,567"),
                        new Fact("packets received", "617,283"),
                        new Fact("packets dropped by the kernel", "4"),
                        new Fact("samples rejected", "2"),
                        new Fact("rejected: bad_value", "2"),
                        new Fact("samples ignored", "5"),
                        new Fact("ignored: set", "5")));
    }

    @Test
    void shouldShowTheRequestsOfOtlp() {
        assertThat(part(SampleStatistics.ofOtlp(20, 4)))
                .returns(null, PageView.IngestPart::buffer)
                .returns(null, PageView.IngestPart::receivers)
                .returns("12 streams", PageView.IngestPart::streams)
                .extracting(PageView.IngestPart::counts)
                .isEqualTo(List.of(
                        new Fact("samples recorded", "20"),
                        new Fact("requests answered with 200", "8"),
                        new Fact("requests answered with 401", "9"),
                        new Fact("samples rejected", "4"),
                        new Fact("rejected: type", "4"),
                        new Fact("samples ignored", "6"),
                        new Fact("ignored: duplicate", "6")));
    }

    @Test
    void shouldShowWhyAMappingIsRefused() {
        assertThat(part(SampleStatistics.withMapping(null)).mapping())
                .isEqualTo("/etc/mapping.yml, read 2017-07-14T02:40:00.250Z");
        assertThat(part(SampleStatistics.withMapping("line 3: no match")).mapping())
                .endsWith("; the file of now is refused: line 3: no match");
    }

    private static PageView.IngestPart part(IngestStatistics statistics) {
        IngestReport report = IngestReport.of(List.of(statistics)).orElseThrow();
        return Objects.requireNonNull(PageView.of(
                                "1",
                                Duration.ZERO,
                                List.of(),
                                ReportsTest.rseqWithoutLibrary(),
                                ReportsTest.cpusByMmCid(),
                                null,
                                false,
                                report)
                        .ingest())
                .getFirst();
    }
}
