package dev.percpu.service.status;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.rseq.Host;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VerdictTest {

    @Test
    void shouldNameTheLibraryThatRegisteredAndTheKernel() {
        assertThat(Verdict.of(report("libc", null)))
                .isEqualTo(new Verdict("good", "Fast path on: glibc registered rseq on kernel 6.18. Nothing to do."));
        assertThat(Verdict.of(report("self", null, "info")))
                .isEqualTo(new Verdict(
                        "good", "Fast path on: this service registered rseq on kernel 6.18. Nothing to do."));
        assertThat(Verdict.of(report("legacy", null)).text()).contains("on: another library registered rseq");
    }

    @Test
    void shouldCountTheFindingsThatNeedAttention() {
        assertThat(Verdict.of(report("libc", null, "info", "warning")))
                .isEqualTo(new Verdict(
                        "warning", "Fast path on: glibc registered rseq on kernel 6.18. One finding needs attention."));
        assertThat(Verdict.of(report("libc", null, "error", "warning")))
                .returns("error", Verdict::level)
                .extracting(Verdict::text)
                .asString()
                .endsWith(" 2 findings need attention.");
    }

    @Test
    void shouldSayWhyTheFastPathIsOff() {
        assertThat(Verdict.of(report("none", "the reason is this")))
                .isEqualTo(
                        new Verdict(
                                "warning",
                                "Fast path off: the reason is this. Records commit by atomic instructions, which are slower. No record is lost."));
    }

    private static RseqReport report(String owner, @Nullable String reason, String... severities) {
        RseqReport other = ReportsTest.rseqWithoutLibrary();
        return new RseqReport(
                reason == null,
                owner,
                reason == null ? "rseq" : "atomic",
                reason,
                other.indexedBy(),
                other.registration(),
                new Host.Kernel(
                        "6.18.44-cloud-amd64", "x86_64", 28, 32, other.kernel().membarrier()),
                new Host.LibcInfo("glibc", "2.36", 20, 0L, 0),
                other.activeSize(),
                other.fields(),
                other.thread(),
                other.selfTest(),
                other.shards(),
                other.totals(),
                Arrays.stream(severities)
                        .map(severity -> new RseqReport.Finding("id", severity, "what", "why", "todo"))
                        .toList());
    }
}
