package dev.percpu.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A writer of the results of a run: {@code report.json}, {@code report.md} and charts. */
final class Report {
    private static final String BLOCK = "bench";

    private final Outcome outcome;
    private final Results results;

    Report(Outcome outcome) {
        this.outcome = outcome;
        this.results = outcome.results();
    }

    /** Writes {@code report.json}, {@code report.md} and the charts. */
    void write(Path directory) throws IOException {
        Map<String, Object> machine = Machine.describe();
        Files.writeString(directory.resolve("report.json"), json(machine));
        Files.writeString(directory.resolve("report.md"), markdown(machine).text());
        for (String caseName : caseNames()) {
            if (Growth.chartOf(caseName).isPresent()) {
                continue;
            }
            List<Results.Entry> entries = results.entries().stream()
                    .filter(it -> it.caseName().equals(caseName))
                    .toList();
            Files.writeString(directory.resolve(caseName + ".svg"), new BarChart(caseName, entries).svg());
        }
        for (String chart : Growth.charts()) {
            if (caseNames().stream().anyMatch(it -> it.startsWith(chart + "."))) {
                Files.writeString(
                        directory.resolve(chart + ".svg"),
                        Growth.chart(chart, results.entries()).svg());
            }
        }
        if (!outcome.tails().isEmpty()) {
            Files.writeString(directory.resolve(TailChart.NAME + ".svg"), new TailChart(outcome.tails()).svg());
        }
    }

    /**
     * Replaces the block {@code bench} of the README.
     *
     * @throws IllegalStateException if a row of the table was not measured, for example because its case was not selected
     */
    void writeReadme(Path readme) throws IOException {
        String rows = markdown(Machine.describe()).rows();
        if (rows.contains(Outcome.NOT_MEASURED)) {
            throw new IllegalStateException("every row of the README must be measured, but the table was:\n" + rows);
        }
        MarkedBlock.replace(readme, BLOCK, rows);
    }

    /** Returns what a run prints. */
    String page() {
        return markdown(Machine.describe()).page();
    }

    /** Replaces the block {@code bench} of the benchmark document. */
    void writeDocument(Path document) throws IOException {
        MarkedBlock.replace(document, BLOCK, markdown(Machine.describe()).document());
    }

    private MarkdownReport markdown(Map<String, Object> machine) {
        return new MarkdownReport(outcome, machine);
    }

    private List<String> caseNames() {
        return results.entries().stream()
                .map(Results.Entry::caseName)
                .distinct()
                .toList();
    }

    /** Returns {@code report.json}. Entries of {@code results} have a fixed set of keys, so other figures have arrays of their own. */
    String json(Map<String, Object> machine) throws IOException {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("machine", machine);
        report.put("date", outcome.start().toString());
        report.put("quick", outcome.extent() == Outcome.Extent.QUICK);
        report.put("results", results.entries().stream().map(Report::result).toList());
        report.put("cpu", results.entries().stream().map(Report::cpu).toList());
        report.put("memory", outcome.memory().asMaps());
        report.put("tail", outcome.tails().stream().map(Tail::asMap).toList());
        report.put("spread", outcome.spreads().stream().map(Spread::asMap).toList());
        report.put("instructions", outcome.instructions());
        report.put("missing", outcome.failures().lines().lines().toList());
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report) + "\n";
    }

    private static Map<String, @Nullable Object> result(Results.Entry entry) {
        Map<String, @Nullable Object> map = keys(entry);
        map.put("unit", "ns/op");
        map.put("value", figure(entry.value(), 3));
        map.put("error", figure(entry.error(), 3));
        map.put("bytesPerOp", figure(entry.bytesPerOp(), 2));
        return map;
    }

    /** Returns the CPU time of an entry, and the number of its rounds. */
    private static Map<String, @Nullable Object> cpu(Results.Entry entry) {
        Map<String, @Nullable Object> map = keys(entry);
        map.put("unit", "ns/op");
        map.put("value", figure(entry.cpu(), 3));
        map.put("rounds", entry.rounds());
        return map;
    }

    private static Map<String, @Nullable Object> keys(Results.Entry entry) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("case", entry.caseName());
        map.put("impl", entry.impl());
        map.put("threads", entry.threads());
        return map;
    }

    /** Returns the rounded figure, or null if it is NaN or infinite, for which JSON has no number. */
    private static @Nullable Double figure(double value, int decimals) {
        return Double.isFinite(value) ? Numbers.rounded(value, decimals) : null;
    }
}
