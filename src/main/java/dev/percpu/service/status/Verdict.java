package dev.percpu.service.status;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The status of rseq in one or two plain sentences. Immutable.
 *
 * @param level {@code good}: rseq is active, and no finding needs attention; {@code warning}; {@code error}: a finding is an error
 */
record Verdict(String level, String text) {
    private static final Pattern MAJOR_AND_MINOR = Pattern.compile("\\d+\\.\\d+");

    static Verdict of(RseqReport report) {
        long attention = report.findings().stream()
                .filter(finding -> !finding.severity().equals("info"))
                .count();
        boolean error = report.findings().stream()
                .anyMatch(finding -> finding.severity().equals("error"));
        String level = error ? "error" : report.active() && attention == 0 ? "good" : "warning";
        return new Verdict(level, (report.active() ? on(report) : off(report)) + advice(report.active(), attention));
    }

    private static String on(RseqReport report) {
        String registrar = switch (report.owner()) {
            case "libc" -> report.libc().name();
            case "self" -> "this service";
            default -> "another library";
        };
        return "Fast path on: " + registrar + " registered rseq on kernel "
                + shortRelease(report.kernel().release()) + ".";
    }

    private static String off(RseqReport report) {
        return "Fast path off: " + report.reason()
                + ". Records commit by atomic instructions, which are slower. No record is lost.";
    }

    private static String advice(boolean active, long attention) {
        if (attention == 0) {
            return active ? " Nothing to do." : "";
        }
        return attention == 1 ? " One finding needs attention." : " " + attention + " findings need attention.";
    }

    /** Returns the major and minor version, such as 6.18 of 6.18.44-cloud-amd64. */
    private static String shortRelease(String release) {
        Matcher version = MAJOR_AND_MINOR.matcher(release);
        return version.lookingAt() ? version.group() : release;
    }
}
