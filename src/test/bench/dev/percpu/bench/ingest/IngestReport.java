package dev.percpu.bench.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.percpu.bench.Machine;
import dev.percpu.bench.MarkedBlock;
import dev.percpu.bench.Numbers;
import dev.percpu.bench.ingest.IngestResults.LargestRate;
import dev.percpu.bench.ingest.IngestResults.Service;
import dev.percpu.bench.ingest.StatsdReceiver.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** A writer of the results of a run: {@code report.json}, {@code report.md}, and the block {@code ingest} of the document. */
final class IngestReport {
    private static final String BLOCK = "ingest";
    private static final String NOT_MEASURED = "not measured";

    /** A limit of the ratio of percpu to a peer, in CPU time per sample. */
    private record Limit(IngestCase load, Kind peer, double atMost) {}

    private static final List<Limit> LIMITS = List.of(
            new Limit(IngestCase.TEN, Kind.NETDATA, 0.70),
            new Limit(IngestCase.ONE, Kind.NETDATA, 0.50),
            new Limit(IngestCase.MANY_SERIES, Kind.NETDATA, 0.95),
            new Limit(IngestCase.TEN, Kind.NPM, 0.08),
            new Limit(IngestCase.ONE, Kind.NPM, 0.08),
            new Limit(IngestCase.TEN, Kind.FLOOR, 1.6),
            new Limit(IngestCase.ONE, Kind.FLOOR, 1.6));

    /** Largest number of bytes that the receiver's threads may allocate per packet. Less is noise of the measurement itself. */
    private static final double NOISE_BYTES = 0.01;

    private static final String HOW_TO_READ = """
            - Figures are CPU time of all threads of a receiver per sample: the median of all windows, and the least and the largest one.
              What the receiver uses without load is subtracted. The sender's CPU time is not part of it.
            - Ratios are medians of the rounds, with the least and the largest one. A ratio above its limit is **bold**.
            - A case is the number of samples per packet and of series. All samples are timers with four tags, of about 90 bytes.
            - `floor` is a C program that receives the packets by the same calls as percpu, and does nothing with them. After a batch that is
              not full it sleeps 300 microseconds, if 64 packets or more arrived since the last time.
            - percpu records into a histogram of statsd_exporter's 11 default buckets, without a native histogram. Its scrapes are not part of
              the figures.
            - netdata ignores tags: its 50 timers have all samples of a name. The flush of each second is part of its figures.
            - collectd rejects tags. It gets the same samples with the values of the tags in the name.
            - percpu, `floor` and netdata have the same rate: the largest one of four at which none of them lost packets in the first round.
            - collectd and npm's statsd flush every 2 seconds. Their rates are lower, because they lose packets at the rates of the others.
            - All receivers have a socket buffer of 4 MiB. The benchmark sets it where a program has no setting for it.
            """;

    private final IngestResults results;
    private final int rounds;

    IngestReport(IngestResults results) {
        this.results = results;
        this.rounds = results.rounds();
    }

    void write(Path directory, @Nullable Path document) throws IOException {
        Map<String, Object> machine = Machine.describe();
        String text = text(machine);
        Files.writeString(directory.resolve("report.md"), "# StatsD ingest\n\n" + text);
        Files.writeString(
                directory.resolve("report.json"),
                new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(json(machine)) + "\n");
        if (document != null) {
            MarkedBlock.replace(document, BLOCK, text);
        }
        System.out.println(text);
    }

    /** Returns the report in Markdown, without a title. */
    String text(Map<String, Object> machine) {
        StringBuilder out = new StringBuilder(limits());
        for (IngestCase load : results.cases()) {
            out.append('\n').append(table(load));
        }
        out.append('\n').append(largestRates());
        out.append('\n').append(HOW_TO_READ);
        if (!results.missing().isEmpty()) {
            out.append("\nNot measured:\n\n");
            results.missing().forEach(it -> out.append("- ").append(it).append('\n'));
        }
        return out.append("\n`make bench ARGS=ingest` on " + LocalDate.now(ZoneOffset.UTC) + ", " + rounds
                        + (rounds == 1 ? " round: " : " rounds: ") + Machine.line(machine) + ".\n")
                .toString();
    }

    private String limits() {
        StringBuilder out = new StringBuilder(
                "| case | against | at most | percpu ratio | least to largest |\n|---|---|---|---|---|\n");
        for (Limit limit : LIMITS) {
            double[] ratios = ratios(limit.load, limit.peer);
            out.append("| ").append(limit.load.title()).append(" | ").append(limit.peer.title());
            out.append(" | ").append(Numbers.ratio(limit.atMost)).append(" | ");
            if (ratios.length == 0) {
                out.append("**" + NOT_MEASURED + "** | |\n");
            } else {
                out.append(Numbers.markedRatio(Numbers.median(ratios), limit.atMost));
                out.append(" | ").append(range(ratios, Numbers::ratio)).append(" |\n");
            }
        }
        Service service = results.service();
        out.append("| bytes allocated per packet | | 0 | ");
        if (service == null) {
            out.append("**" + NOT_MEASURED + "** | |\n| bytes per series | the library | | **" + NOT_MEASURED
                    + "** | |\n");
        } else {
            String bytes = String.format(Locale.ROOT, "%.2f", service.bytesPerPacket());
            out.append(service.bytesPerPacket() < NOISE_BYTES ? "0" : "**" + bytes + "**")
                    .append(" | |\n");
            out.append(String.format(
                    Locale.ROOT,
                    "| bytes per series | %.0f in the library | | %s: %.0f | |%n",
                    service.libraryBytesPerSeries(),
                    Numbers.ratio(service.bytesPerSeries() / service.libraryBytesPerSeries()),
                    service.bytesPerSeries()));
        }
        return out.toString();
    }

    private String table(IngestCase load) {
        StringBuilder out = new StringBuilder("| " + load.title()
                + " | packets/s | ns a sample | least to largest | ns a packet | percpu ratio | packets lost |\n"
                + "|---|---|---|---|---|---|---|\n");
        for (Kind kind : Kind.values()) {
            List<Window> windows = results.windows(load, kind);
            if (windows.isEmpty()) {
                continue;
            }
            double[] ratios = kind == Kind.PERCPU ? new double[0] : ratios(load, kind);
            out.append(String.format(
                    Locale.ROOT,
                    "| %s | %d | %s | %s | %s | %s | %d |%n",
                    kind.title(),
                    kind.packetsPerSecond(load, results.rate(load)),
                    Numbers.nanos(median(windows, Window::nanosPerSample)),
                    range(values(windows, Window::nanosPerSample), Numbers::nanos),
                    Numbers.nanos(median(windows, Window::nanosPerPacket)),
                    ratios.length == 0 ? "" : Numbers.ratio(Numbers.median(ratios)),
                    windows.stream().mapToLong(Window::lostPackets).sum()));
        }
        return out.toString();
    }

    private String largestRates() {
        StringBuilder out = new StringBuilder(
                "| " + IngestCase.TEN.title() + " | largest rate without loss, samples/s |\n|---|---|\n");
        results.largestRates()
                .forEach((kind, rate) -> out.append("| ")
                        .append(kind.title())
                        .append(" | ")
                        .append(rate(rate))
                        .append(" |\n"));
        return out.toString();
    }

    private static String rate(LargestRate rate) {
        return rate.samplesPerSecond() == 0
                ? "loss at each rate that was tried"
                : String.format(Locale.ROOT, "%,d", Math.round(rate.samplesPerSecond() / 1_000) * 1_000)
                        + (rate.sendersLimit() ? ", all that the sender can send" : "");
    }

    /** Returns the ratios of percpu to a peer in each round that has both. */
    private double[] ratios(IngestCase load, Kind peer) {
        List<Double> ratios = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            int number = round;
            List<Window> ours = results.windows(load, Kind.PERCPU).stream()
                    .filter(it -> it.round() == number)
                    .toList();
            List<Window> others = results.windows(load, peer).stream()
                    .filter(it -> it.round() == number)
                    .toList();
            if (!ours.isEmpty() && !others.isEmpty()) {
                ratios.add(median(ours, Window::nanosPerSample) / median(others, Window::nanosPerSample));
            }
        }
        return ratios.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private static double[] values(List<Window> windows, ToDoubleFunction<Window> figure) {
        return windows.stream().mapToDouble(figure).toArray();
    }

    private static double median(List<Window> windows, ToDoubleFunction<Window> figure) {
        return Numbers.median(values(windows, figure));
    }

    private interface Format {
        String of(double value);
    }

    private static String range(double[] values, Format format) {
        double least = Double.MAX_VALUE;
        double largest = -Double.MAX_VALUE;
        for (double value : values) {
            least = Math.min(least, value);
            largest = Math.max(largest, value);
        }
        return format.of(least) + " to " + format.of(largest);
    }

    private Map<String, Object> json(Map<String, Object> machine) {
        List<Map<String, Object>> entries = new ArrayList<>();
        for (IngestCase load : results.cases()) {
            for (Kind kind : Kind.values()) {
                List<Window> windows = results.windows(load, kind);
                if (!windows.isEmpty()) {
                    Map<String, Object> entry = new LinkedHashMap<>();
                    entry.put("case", load.title());
                    entry.put("impl", kind.title());
                    entry.put("unit", "ns/sample");
                    entry.put("value", Numbers.rounded(median(windows, Window::nanosPerSample), 3));
                    entry.put("packetsPerSecond", kind.packetsPerSecond(load, results.rate(load)));
                    entry.put("windows", windows);
                    entries.add(entry);
                }
            }
        }
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("machine", machine);
        report.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        report.put("results", entries);
        report.put("largestRates", results.largestRates());
        Service service = results.service();
        report.put("service", service == null ? Map.of() : service);
        report.put("missing", results.missing());
        return report;
    }
}
