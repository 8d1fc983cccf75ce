package dev.percpu.service.status;

import dev.percpu.rseq.Host;
import dev.percpu.rseq.RseqArea;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The values that the template of the page shows, as text. Immutable.
 *
 * @param shards what a row of the table of CPUs is: {@code CPU} or {@code Shard}
 * @param requests one for each route and method; null without {@code percpu.page.requests}
 * @param histogram whether requests have a histogram
 * @param ingest one for each protocol; null without ingest
 */
record PageView(
        String version,
        String uptime,
        List<ServiceUrls.Link> links,
        Verdict verdict,
        List<RseqReport.Finding> findings,
        List<Fact> facts,
        @Nullable Integer activeSize,
        List<StructField> fields,
        String shards,
        List<CpuRow> cpus,
        @Nullable List<RequestRow> requests,
        boolean histogram,
        @Nullable List<IngestPart> ingest) {
    private static final String NONE = "none";
    private static final double MEBIBYTE = 1 << 20;

    /** A name and its value. */
    record Fact(String name, String value) {}

    /**
     * A field of struct rseq.
     *
     * @param value value in the thread that ran the probe; null if it is not reported
     */
    record StructField(
            String name,
            int offset,
            int size,
            boolean available,
            @Nullable String value) {}

    /** The totals since the start of a CPU, of a shard, of the shared shard or of all of them. */
    record CpuRow(String name, String numaNode, String records, String restarts) {}

    /** The totals of a route and method since the start. Errors are responses with a status of 500 or above. */
    record RequestRow(String uri, String method, String count, String errors, String mean, String max) {}

    /**
     * A protocol of ingest.
     *
     * @param receivers number of receivers, and of those that have failed; null for a protocol of requests
     * @param buffer receive buffer; null for a protocol of requests
     * @param mapping file of the mapping and its state; null without one
     * @param streams number of streams; null for a protocol of packets
     * @param counts totals since the start: packets or requests, samples, and each reason of rejections and kind of ignored samples that
     *     occurred
     */
    record IngestPart(
            String name,
            List<String> listeners,
            @Nullable String receivers,
            @Nullable String buffer,
            @Nullable String mapping,
            @Nullable String streams,
            List<Fact> counts) {}

    static PageView of(
            String version,
            Duration uptime,
            List<ServiceUrls.Link> links,
            RseqReport rseq,
            CpusReport cpus,
            @Nullable RequestsReport requests,
            boolean histogram,
            @Nullable IngestReport ingest) {
        return new PageView(
                version,
                uptime(uptime),
                links,
                Verdict.of(rseq),
                rseq.findings(),
                facts(rseq),
                rseq.activeSize(),
                rseq.fields().stream().map(field -> field(field, rseq.thread())).toList(),
                cpus.indexedBy().equals("mm_cid") ? "Shard" : "CPU",
                rows(cpus),
                requests == null
                        ? null
                        : requests.routes().stream().map(PageView::row).toList(),
                histogram,
                ingest == null
                        ? null
                        : ingest.protocols().stream().map(PageView::part).toList());
    }

    private static IngestPart part(IngestReport.Protocol protocol) {
        List<Fact> counts = new ArrayList<>();
        counts.add(new Fact("samples recorded", number(protocol.samples())));
        if (protocol.packets() != null && protocol.droppedPackets() != null) {
            counts.add(new Fact("packets received", number(protocol.packets())));
            counts.add(new Fact("packets dropped by the kernel", number(protocol.droppedPackets())));
        }
        if (protocol.requests() != null) {
            protocol.requests().stream()
                    .filter(it -> it.count() > 0)
                    .forEach(it -> counts.add(new Fact("requests answered with " + it.status(), number(it.count()))));
        }
        counts.add(new Fact(
                "samples rejected",
                number(protocol.rejected().stream()
                        .mapToLong(IngestReport.Rejection::count)
                        .sum())));
        protocol.rejected().stream()
                .filter(it -> it.count() > 0)
                .forEach(it -> counts.add(new Fact("rejected: " + it.reason(), number(it.count()))));
        counts.add(new Fact(
                "samples ignored",
                number(protocol.ignored().stream()
                        .mapToLong(IngestReport.IgnoredKind::count)
                        .sum())));
        protocol.ignored().stream()
                .filter(it -> it.count() > 0)
                .forEach(it -> counts.add(new Fact("ignored: " + it.kind(), number(it.count()))));
        return new IngestPart(
                protocol.protocol(),
                protocol.listeners(),
                protocol.receivers() == null || protocol.failedReceivers() == null
                        ? null
                        : receivers(protocol.receivers(), protocol.failedReceivers()),
                protocol.grantedBufferBytes() == null || protocol.requestedBufferBytes() == null
                        ? null
                        : buffer(protocol.grantedBufferBytes(), protocol.requestedBufferBytes()),
                protocol.mapping() == null ? null : mapping(protocol.mapping()),
                protocol.streams() == null
                        ? null
                        : number(protocol.streams()) + (protocol.streams() == 1 ? " stream" : " streams"),
                counts);
    }

    private static String receivers(int receivers, int failed) {
        String text = receivers + (receivers == 1 ? " receiver" : " receivers");
        return failed == 0 ? text : text + ", " + failed + " failed";
    }

    private static String buffer(long grantedBytes, long requestedBytes) {
        String granted = mebibytes(grantedBytes) + " MiB";
        return grantedBytes < requestedBytes ? granted + " of " + mebibytes(requestedBytes) + " MiB" : granted;
    }

    private static String mapping(IngestReport.Mapping mapping) {
        return mapping.file() + ", read " + mapping.lastSuccess()
                + (mapping.error() == null ? "" : "; the file of now is refused: " + mapping.error());
    }

    private static List<Fact> facts(RseqReport rseq) {
        RseqReport.Shards shards = rseq.shards();
        RseqReport.SelfTest test = rseq.selfTest();
        return List.of(
                new Fact("Registered by", registrar(rseq)),
                new Fact("Kernel", rseq.kernel().release() + " " + rseq.kernel().machine()),
                new Fact("C library", libc(rseq.libc())),
                new Fact(
                        "Self-test",
                        test.result().equals("skipped")
                                ? test.result()
                                : test.result() + ", " + test.restarts() + " restarts, " + test.violations()
                                        + " violations"),
                new Fact("CPUs", shards.possibleCpus() + " possible, " + shards.onlineCpus() + " online"),
                new Fact("Shards", shards.count() + ", by " + rseq.indexedBy()),
                new Fact("Restarts", number(rseq.totals().restarts())),
                new Fact("Shared shard", number(rseq.totals().sharedShardRecords()) + " records"),
                new Fact("Memory", memory(shards)));
    }

    private static String libc(Host.LibcInfo libc) {
        return libc.version() == null ? libc.name() : libc.name() + " " + libc.version();
    }

    private static String registrar(RseqReport rseq) {
        return switch (rseq.owner()) {
            case "libc" -> rseq.libc().name();
            case "self" -> "this service";
            case "legacy" -> "a library that exports __rseq_abi";
            default -> NONE;
        };
    }

    private static String memory(RseqReport.Shards shards) {
        return shards.residentBytes() == null || shards.reservedBytes() == null
                ? "on the heap of the JVM"
                : mebibytes(shards.residentBytes()) + " MiB of " + mebibytes(shards.reservedBytes()) + " MiB reserved";
    }

    private static StructField field(RseqArea.Field field, RseqReport.ThreadArea thread) {
        Integer value = switch (field.name()) {
            case "cpu_id_start" -> thread.cpuIdStart();
            case "cpu_id" -> thread.cpuId();
            case "flags" -> thread.flags();
            case "node_id" -> thread.nodeId();
            case "mm_cid" -> thread.mmCid();
            default -> null;
        };
        return new StructField(
                field.name(), field.offset(), field.size(), field.available(), value == null ? null : value.toString());
    }

    private static List<CpuRow> rows(CpusReport cpus) {
        List<CpuRow> rows = new ArrayList<>();
        long records = cpus.shared().records();
        long restarts = 0;
        for (CpusReport.Entry entry : cpus.cpus()) {
            String name = text(entry.cpu() == null ? entry.shard() : entry.cpu());
            rows.add(new CpuRow(
                    Boolean.FALSE.equals(entry.online()) ? name + " (offline)" : name,
                    text(entry.numaNode()),
                    entry.records() == null ? NONE : number(entry.records()),
                    entry.restarts() == null ? NONE : number(entry.restarts())));
            records += entry.records() == null ? 0 : entry.records();
            restarts += entry.restarts() == null ? 0 : entry.restarts();
        }
        rows.add(new CpuRow("shared", NONE, number(cpus.shared().records()), NONE));
        rows.add(new CpuRow("all", "", number(records), number(restarts)));
        return rows;
    }

    private static RequestRow row(RequestsReport.Route route) {
        return new RequestRow(
                route.uri(),
                route.method(),
                number(route.count()),
                number(route.errors()),
                route.count() == 0 ? NONE : milliseconds(route.sumSeconds() / route.count()),
                milliseconds(route.maxSeconds()));
    }

    /** Returns a time span in its two largest units. */
    static String uptime(Duration time) {
        if (time.toDays() > 0) {
            return time.toDays() + " d " + time.toHoursPart() + " h";
        }
        if (time.toHours() > 0) {
            return time.toHours() + " h " + time.toMinutesPart() + " min";
        }
        return time.toMinutes() > 0
                ? time.toMinutes() + " min " + time.toSecondsPart() + " s"
                : time.toSeconds() + " s";
    }

    private static String milliseconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f ms", seconds * 1000);
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%,.2f", bytes / MEBIBYTE);
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    private static String text(@Nullable Object value) {
        return value == null ? NONE : value.toString();
    }
}
