package dev.percpu.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes what was measured: {@code report.json} for programs, {@code report.md} and charts for people. */
final class Report {
    private final Results results;
    private final MemoryCases memory;
    private final List<Tail> tails;
    private final Map<String, Double> instructions;
    private final Instant start;
    private final boolean quick;

    /**
     * @param instructions by name of the native call
     */
    Report(
            Results results,
            MemoryCases memory,
            List<Tail> tails,
            Map<String, Double> instructions,
            Instant start,
            boolean quick) {
        this.results = results;
        this.memory = memory;
        this.tails = tails;
        this.instructions = instructions;
        this.start = start.truncatedTo(ChronoUnit.SECONDS);
        this.quick = quick;
    }

    void write(Path directory) throws IOException {
        Map<String, Object> machine = Machine.describe();
        Files.writeString(directory.resolve("report.json"), json(machine));
        Files.writeString(directory.resolve("report.md"), markdown(machine).text());
        for (String caseName : caseNames()) {
            List<Results.Entry> entries = results.entries().stream()
                    .filter(it -> it.caseName().equals(caseName))
                    .toList();
            String chart = Growth.isShownBy(caseName)
                    ? Growth.chart(caseName, entries).svg()
                    : new BarChart(caseName, entries).svg();
            Files.writeString(directory.resolve(caseName + ".svg"), chart);
        }
    }

    /** The short form, for the README. */
    String summary() {
        return markdown(Machine.describe()).summary();
    }

    private MarkdownReport markdown(Map<String, Object> machine) {
        return new MarkdownReport(results, memory, tails, instructions, machine, start, quick);
    }

    private List<String> caseNames() {
        return results.entries().stream()
                .map(Results.Entry::caseName)
                .distinct()
                .toList();
    }

    private String json(Map<String, Object> machine) throws IOException {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("machine", machine);
        report.put("date", start.toString());
        report.put("quick", quick);
        List<Map<String, Object>> all = entriesAsMaps();
        all.addAll(memory.asMaps());
        report.put("results", all);
        report.put("tail", tails.stream().map(Tail::asMap).toList());
        report.put("instructions", instructions);
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(report) + "\n";
    }

    private List<Map<String, Object>> entriesAsMaps() {
        List<Map<String, Object>> maps = new ArrayList<>();
        for (Results.Entry entry : results.entries()) {
            Map<String, Object> map = new LinkedHashMap<>();
            map.put("case", entry.caseName());
            map.put("impl", entry.impl());
            map.put("threads", entry.threads());
            map.put("unit", "ns/op");
            map.put("value", Numbers.rounded(entry.value(), 3));
            map.put("error", Numbers.rounded(entry.error(), 3));
            map.put("cpu", Numbers.rounded(entry.cpu(), 3));
            map.put("bytesPerOp", Numbers.rounded(entry.bytesPerOp(), 2));
            maps.add(map);
        }
        return maps;
    }
}
