package dev.percpu.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportTest {
    private static final List<String> IMPLS = List.of(
            Impl.PERCPU,
            Impl.PERCPU_SELF,
            Impl.PERCPU_ATOMIC,
            Impl.MICROMETER,
            Impl.MICROMETER_NEXT,
            Impl.MICROMETER_SIMPLECLIENT,
            Impl.CLIENT_JAVA,
            Impl.OTEL,
            Impl.HDR,
            Impl.LONGADDER,
            Impl.ATOMICLONG,
            Impl.FLOOR,
            Impl.EMPTY);

    private static final Map<String, Object> MACHINE =
            Map.of("processor", "a processor", "cpus", 2, "kernel", "a kernel", "jdk", "a JDK");

    private final Results results = new Results();
    private final Failures failures = new Failures();
    private List<Tail> tails = List.of();
    private List<Spread> spreads = List.of();

    @Test
    void shouldUseOnlyTheFixedImplementationNames() {
        assertThat(Cases.all())
                .allMatch(it -> IMPLS.contains(it.impl())
                        || it.caseName().equals(Cases.HTTP_REQUEST) && it.impl().equals(Impl.QUARKUS)
                        || it.caseName().equals(Cases.INGEST_OTLP) && it.impl().equals(Impl.OTEL_PROTO));
    }

    @Test
    void shouldListEachCaseImplementationAndThreadCountOnce() {
        assertThat(Cases.all().stream().map(it -> it.caseName() + " " + it.impl() + " " + it.threads()))
                .doesNotHaveDuplicates();
    }

    @Test
    void shouldWriteResultsWithTheFixedKeysOnly() throws IOException {
        add(Cases.COUNTER, Impl.PERCPU, 1, 2, 0.0004);

        JsonNode report = json();

        assertThat(report.get("results")).hasSize(1);
        JsonNode entry = report.get("results").get(0);
        assertThat(entry.fieldNames())
                .toIterable()
                .containsExactly("case", "impl", "threads", "unit", "value", "error", "bytesPerOp");
        assertThat(entry.get("unit").asText()).isEqualTo("ns/op");
        assertThat(entry.get("value").asDouble()).isEqualTo(2);
        assertThat(entry.get("bytesPerOp").isNumber()).isTrue();
        assertThat(report.get("cpu").get(0).get("rounds").asInt()).isEqualTo(1);
        assertThat(report.get("memory").isArray()).isTrue();
    }

    @Test
    void shouldReportAnUnknownAllocationAsNotMeasured() throws IOException {
        add(Cases.COUNTER, Impl.PERCPU, 1, 2, Double.NaN);

        assertThat(json().get("results").get(0).get("bytesPerOp").isNull()).isTrue();
        assertThat(text(Outcome.Extent.SELECTED))
                .contains("**not measured**: counter.increment of percpu on 1")
                .contains("| percpu | 2.00 ± 0.00 | 1.00 |  | not measured | 1 |");
    }

    @Test
    void shouldReportTheRecordCaseThatAllocatesMost() {
        add(Cases.COUNTER, Impl.PERCPU, 1, 2, 0.009);
        add(Cases.SCRAPE_COUNTERS_10K, Impl.PERCPU, 1, 2, 5000);
        add(Cases.COUNTER, Impl.MICROMETER, 1, 2, 24);
        assertThat(recordLine()).endsWith("| bytes per operation | 0 | 0 |");

        add(Cases.TIMER, Impl.PERCPU, 2, 2, 0.3);
        assertThat(recordLine()).endsWith("| 0 | **0.30** (timer.record of percpu on 2) |");
    }

    @Test
    void shouldReportTheUnmeasuredFiguresOfAWholeRun() {
        add(Cases.COUNTER, Impl.PERCPU, 1, 2, 0);
        add(Cases.COUNTER, Impl.MICROMETER, 1, 4, 0);
        failures.add("empty in counter.increment on 1 thread", "no such\n  library");

        assertThat(text(Outcome.Extent.WHOLE))
                .contains("| counter.increment | percpu | micrometer | 0.60 / 0.60 | 0.50 | 0.50 | **not measured** |")
                .contains("| counter.increment | percpu | empty | 1.35 / 1.35 | **not measured** |")
                .contains("| memory.counter | never recorded | 0.80 | **not measured** |")
                .contains("## Instructions in C\n\nnot measured\n")
                .contains("## Tail\n\nnot measured\n")
                .contains("- empty in counter.increment on 1 thread: no such library\n");
        assertThat(text(Outcome.Extent.SELECTED))
                .doesNotContain("**not measured**")
                .doesNotContain("| empty |");
    }

    @Test
    void shouldReportTheRoundsOfEachTargetIfTheyDiffer() {
        add(Cases.COUNTER, Impl.PERCPU, 1, 2, 0);
        add(Cases.COUNTER, Impl.MICROMETER, 1, 4, 0);
        assertThat(summary()).contains("| 2 threads | CPU time |\n");

        results.add(subject(Cases.COUNTER, Impl.PERCPU, 1), 2, round(2, 0));
        results.add(subject(Cases.COUNTER, Impl.MICROMETER, 1), 2, round(8, 0));
        add(Cases.COUNTER, Impl.PERCPU, 2, 2, 0);
        add(Cases.COUNTER, Impl.MICROMETER, 2, 4, 0);

        assertThat(summary())
                .contains("| CPU time | rounds |\n")
                .contains("| micrometer | 0.60 / 0.60 | 0.38 | ")
                .contains(" | 2 / 1 |\n");
    }

    @Test
    void shouldCompareTheTailDuringScrapesWithItsLimit() {
        tails = List.of(
                new Tail(Cases.TIMER_HISTOGRAM, Impl.PERCPU, 30, 80, 400, 1000, 2),
                new Tail(Cases.DURING_SCRAPE, Impl.PERCPU, 30, 80, 500, 1000, 2),
                new Tail(Cases.TIMER_HISTOGRAM, Impl.MICROMETER, 30, 80, 100, 1000, 2));

        assertThat(summary())
                .contains("| timer.record.during-scrape, p99.9 | percpu | percpu without scrapes | 1.10 | **1.25** |");
        assertThat(text(Outcome.Extent.SELECTED))
                .contains(
                        "- p99.9 of percpu during scrapes, divided by p99.9 without scrapes: **1.25** (at most 1.10)\n")
                .doesNotContain("p99.9 of micrometer");
    }

    @Test
    void shouldCompareACounterWithTheSumOfTheCallAndTheSection() {
        add(Cases.COUNTER, Impl.PERCPU, 1, 11, 0);
        add(Cases.COUNTER, Impl.EMPTY, 1, 6, 0);
        assertThat(summary()).doesNotContain("empty + floor");

        add(Cases.COUNTER, Impl.FLOOR, 1, 4, 0);

        assertThat(summary())
                .contains("| counter.increment | percpu | empty + floor | 1.05 / 1.05 | **1.10** | **1.10** |");
        assertThat(Target.ALL.stream().anyMatch(it -> it.compares(subject(Cases.COUNTER, Impl.FLOOR, 1))))
                .isTrue();
    }

    @Test
    void shouldReportScrapesWithoutAPauseWithoutALimit() {
        add(Cases.DURING_SCRAPES, Impl.PERCPU, 1, 30, 0);
        add(Cases.DURING_OTHER_WITHOUT_PAUSE, Impl.PERCPU, 1, 10, 0);

        assertThat(summary())
                .contains("| timer.record.during-scrape.back-to-back | percpu"
                        + " | percpu in timer.record.during-other-work.back-to-back |  | 3.00 | 3.00 |");
    }

    @Test
    void shouldCompareTheSpreadOfACaseWithThatOfAnEmptyCall() {
        spreads = List.of(
                new Spread(Cases.TIMER, Impl.EMPTY, new double[] {10, 10, 11}),
                new Spread(Cases.TIMER, Impl.PERCPU, new double[] {10, 10, 11.5}),
                new Spread(Cases.COUNTER, Impl.PERCPU, new double[] {10, 16, 10}));

        assertThat(summary())
                .contains("| timer.record | empty | |  | 10 % | 10.0 | 11.0 |")
                .contains("| timer.record | percpu | empty + 5 points | 15 % | 15 % | 10.0 | 11.5 |")
                .contains("| counter.increment | percpu | empty + 5 points | 15 % | **60 %** | 10.0 | 16.0 |");
    }

    @Test
    void shouldPrintTheRowsOfTheReadmeOnOnePage() {
        addReadmeRows();
        add(Cases.LOOKUP, Impl.PERCPU, 1, 1, 0);

        assertThat(new MarkdownReport(outcome(Outcome.Extent.WHOLE), MACHINE).page())
                .contains("| counter | Micrometer | 5.00 ns | 5.00 ns | 1.00 |")
                .doesNotContain("## ");
        assertThat(new MarkdownReport(outcome(Outcome.Extent.SELECTED), MACHINE).page())
                .contains("| counter | Micrometer | 5.00 ns | 5.00 ns | 1.00 |")
                .contains("## lookup.counter")
                .doesNotContain("## How to read this")
                .doesNotContain(".svg");
    }

    @Test
    void shouldReportGrowthInOneChart() {
        add("scrape.by-series.1000-counters", Impl.PERCPU, 1, 60_000, 4000);
        add("scrape.by-series.10000-counters", Impl.PERCPU, 1, 400_000, 4000);

        assertThat(text(Outcome.Extent.SELECTED))
                .containsOnlyOnce("## scrape.by-series\n")
                .contains("![](scrape.by-series.svg)")
                .contains("| 1000-counters | 60000 | 4000 |\n| 10000-counters | 400000 | 4000 |\n");
    }

    @Test
    void shouldGiveAReasonForEveryExclusion() {
        assertThat(Exclusions.lines(Cases.all()))
                .contains("- `otel` in `lookup.counter`: its API has no lookup; each record finds its series")
                .contains("in `timer.record.native-histogram`: Micrometer has no native histograms")
                .doesNotContain("`floor`, `empty` in `counter.add-double`");
    }

    @Test
    void shouldWriteTheRowsOfTheReadme() {
        for (int threads = 1; threads <= 2; threads++) {
            add(Cases.COUNTER, Impl.PERCPU, threads, 10, 0);
            add(Cases.COUNTER, Impl.MICROMETER, threads, 8, 0);
        }
        results.add(subject(Cases.COUNTER, Impl.PERCPU, 1), 2, round(14, 0));
        results.add(subject(Cases.COUNTER, Impl.MICROMETER, 1), 2, round(8, 0));
        add(Cases.SCRAPE_TIMERS_10K, Impl.PERCPU, 1, 3e6, 0);

        assertThat(new MarkdownReport(outcome(Outcome.Extent.WHOLE), MACHINE).rows())
                .contains(
                        "| counter | Micrometer | 6.00 ns | 4.00 ns | 1.50 (1.25 to 1.75) | 5.00 ns | 4.00 ns | 1.25 |\n")
                .contains("| scrape of 10,000 timers | Micrometer | 1.5 ms | not measured |  |  |  |  |\n")
                .contains("| timer | Micrometer | not measured | not measured |")
                .contains("`make bench` on 1970-01-01: a processor, 2 CPUs, a kernel, a JDK.\n")
                .doesNotContain("**");
    }

    @Test
    void shouldListEveryMissedLimitWithItsReason() {
        add(Cases.COUNTER, Impl.PERCPU, 1, 10, 0);
        add(Cases.COUNTER, Impl.MICROMETER, 1, 8, 0);
        add(Cases.TIMER, Impl.PERCPU, 1, 2, 0.3);
        add(Cases.TIMER, Impl.MICROMETER, 1, 40, 0);
        String document = new MarkdownReport(outcome(Outcome.Extent.SELECTED), MACHINE).document();

        assertThat(document)
                .contains("- counter.increment, percpu against micrometer: A call from Java to C is most of the record")
                .contains("against bytes per operation: The reason is not known.\n")
                .doesNotContain("- timer.record, percpu against micrometer")
                .doesNotContain(".svg");
        assertThat(MissedLimits.lines("| timer.record | percpu | micrometer | 0.10 | 0.05 |\n"))
                .isEqualTo("None.\n");
        assertThat(MissedLimits.lines("| timer.record | percpu | micrometer | 0.10 | **not measured** |\n"))
                .isEqualTo("- timer.record, percpu against micrometer: Not measured in this run.\n");
        assertThat(MissedLimits.lines(Spread.table(List.of(
                        new Spread(Cases.TIMER, Impl.EMPTY, new double[] {10, 10}),
                        new Spread(Cases.TIMER, Impl.PERCPU, new double[] {10, 20})))))
                .startsWith("- timer.record, percpu against empty + 5 points: In some processes, addresses");
    }

    @Test
    void shouldReportOnlyTheSeriesOfTheKernel() {
        assertThat(Machine.kernel("Linux", "6.18.44-vendor+2")).isEqualTo("Linux 6.18");
        assertThat(Machine.kernel("Linux", "unknown")).isEqualTo("Linux");
        assertThat(Machine.describe().get("kernel"))
                .asString()
                .matches(System.getProperty("os.name") + "( [0-9]+\\.[0-9]+)?");
    }

    @Test
    void shouldReplaceOnlyTheTextBetweenTheMarkers(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("a.md");
        Files.writeString(file, "a\n<!-- b:start -->\nold\n<!-- b:end -->\n<!-- c:start -->\nc\n<!-- c:end -->\n");

        MarkedBlock.replace(file, "b", "new\n");

        assertThat(file).hasContent("a\n<!-- b:start -->\nnew\n<!-- b:end -->\n<!-- c:start -->\nc\n<!-- c:end -->\n");
        assertThatThrownBy(() -> MarkedBlock.replace(file, "d", ""))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("must have a block between <!-- d:start --> and <!-- d:end -->");
    }

    @Test
    void shouldFindTheBlocksThatARunReplaces(@TempDir Path folder) throws IOException {
        Path readme = Files.copy(Path.of("README.md"), folder.resolve("README.md"));
        Path document = Files.copy(Benchmarks.DOCUMENT, folder.resolve("benchmarks.md"));

        addReadmeRows();
        Report report = new Report(outcome(Outcome.Extent.WHOLE));
        report.writeReadme(readme);
        report.writeDocument(document);
        MarkedBlock.replace(document, EndToEnd.BLOCK, "load");

        assertThat(readme)
                .content()
                .contains("| timer with histogram | Micrometer | 5.00 ns |")
                .doesNotContain("not measured");
        assertThat(document).content().contains("## Limits that are missed").contains("\nload\n");
    }

    @Test
    void shouldRejectAReadmeWithUnmeasuredRows(@TempDir Path folder) throws IOException {
        Path readme = Files.copy(Path.of("README.md"), folder.resolve("README.md"));
        String before = Files.readString(readme);

        assertThatThrownBy(() -> new Report(outcome(Outcome.Extent.SELECTED)).writeReadme(readme))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("every row of the README must be measured");
        assertThat(readme).content().isEqualTo(before);
    }

    private void addReadmeRows() {
        for (int threads = 1; threads <= 2; threads++) {
            for (String caseName :
                    List.of(Cases.TIMER, Cases.TIMER_HISTOGRAM, Cases.COUNTER, Cases.SCRAPE_TIMERS_10K)) {
                add(caseName, Impl.PERCPU, threads, 10, 0);
                add(caseName, Impl.MICROMETER, threads, 10, 0);
            }
            add(Cases.TIMER_NATIVE, Impl.PERCPU, threads, 10, 0);
            add(Cases.TIMER_NATIVE, Impl.CLIENT_JAVA, threads, 10, 0);
            add(Cases.HTTP_REQUEST, Impl.PERCPU, threads, 10, 0);
            add(Cases.HTTP_REQUEST, Impl.QUARKUS, threads, 10, 0);
        }
    }

    private void add(String caseName, String impl, int threads, double nanos, double bytes) {
        results.add(subject(caseName, impl, threads), 1, round(nanos, bytes));
    }

    private static Round round(double nanos, double bytes) {
        return new Round(new double[] {nanos, nanos, nanos}, new double[] {nanos / 2, nanos / 2, nanos / 2}, bytes);
    }

    private static Subject subject(String caseName, String impl, int threads) {
        return new Subject(caseName, impl, threads, CounterCase.class, "registry", Map.of(), false);
    }

    private Outcome outcome(Outcome.Extent extent) {
        return new Outcome(
                results,
                MemoryCases.measure(Pattern.compile("^none$"), failures),
                tails,
                spreads,
                Map.of(),
                failures,
                Instant.EPOCH,
                extent);
    }

    private String text(Outcome.Extent extent) {
        return new MarkdownReport(outcome(extent), Map.of()).text();
    }

    private String summary() {
        return new MarkdownReport(outcome(Outcome.Extent.SELECTED), Map.of()).summary();
    }

    private String recordLine() {
        return summary()
                .lines()
                .filter(it -> it.startsWith("| every record case"))
                .findFirst()
                .orElseThrow();
    }

    private JsonNode json() throws IOException {
        return new ObjectMapper().readTree(new Report(outcome(Outcome.Extent.WHOLE)).json(Map.of()));
    }
}
