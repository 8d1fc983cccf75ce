package dev.percpu.service.status;

import dev.percpu.rseq.RseqArea;
import org.jspecify.annotations.Nullable;

/** A table of the status for a terminal: one line for each fact, then the findings. Not thread-safe. */
final class StatusTable {
    private static final int NAME_COLUMNS = 16;

    private final StringBuilder out = new StringBuilder(2048);

    private StatusTable() {}

    static String of(RseqReport report) {
        StatusTable table = new StatusTable();
        table.facts(report);
        for (RseqReport.Finding finding : report.findings()) {
            table.finding(finding);
        }
        return table.out.toString();
    }

    private void facts(RseqReport report) {
        row("records", report.active() ? "in rseq critical sections" : "by atomic instructions: " + report.reason());
        row("owner", report.owner());
        row("indexed by", report.indexedBy());
        row("libc", text(report.libc().name()) + " " + text(report.libc().version()));
        row("__rseq_size", text(report.libc().rseqSize()));
        row("__rseq_offset", text(report.libc().rseqOffset()));
        row("kernel", report.kernel().release() + " " + report.kernel().machine());
        row("feature size", text(report.kernel().featureSize()));
        RseqArea.Registration registration = report.registration();
        row(
                "registered",
                registration.length() == null
                        ? "none"
                        : registration.length() + " bytes, layout " + registration.layout());
        row("active size", text(report.activeSize()));
        row("fields", fields(report));
        row(
                "self-test",
                report.selfTest().result() + ", " + report.selfTest().restarts() + " restarts, "
                        + report.selfTest().violations() + " violations");
        row(
                "CPUs",
                report.shards().possibleCpus() + " possible, " + report.shards().onlineCpus() + " online, "
                        + report.shards().count() + " shards");
    }

    private static String fields(RseqReport report) {
        StringBuilder names = new StringBuilder();
        for (RseqArea.Field field : report.fields()) {
            if (field.available()) {
                names.append(names.isEmpty() ? "" : " ").append(field.name());
            }
        }
        return names.isEmpty() ? "none" : names.toString();
    }

    private void finding(RseqReport.Finding finding) {
        row(finding.severity(), finding.id());
        row("", finding.what());
        row("", finding.why());
        row("", finding.todo());
    }

    private void row(String name, String value) {
        out.append(name)
                .repeat(' ', Math.max(1, NAME_COLUMNS - name.length()))
                .append(value)
                .append('\n');
    }

    private static String text(@Nullable Object value) {
        return value == null ? "none" : value.toString();
    }
}
