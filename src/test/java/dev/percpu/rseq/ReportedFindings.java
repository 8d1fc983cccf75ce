package dev.percpu.rseq;

import dev.percpu.settings.RseqMode;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The findings for a system on which no JVM runs, from the values that C programs report there. Stateless. */
public final class ReportedFindings {
    private ReportedFindings() {}

    /**
     * Returns the identifiers of the findings.
     *
     * @param libc name of the libc, as in reports
     * @param owner name of an {@link AreaOwner}
     * @param selfTest name of a {@link SelfTest.Result}
     */
    public static List<String> of(
            String release,
            String machine,
            @Nullable Integer featureSize,
            String libc,
            @Nullable Integer rseqSize,
            String owner,
            String selfTest,
            int violations) {
        BitSet cpus = new BitSet();
        cpus.set(0, 2);
        SelfTest.Result result = SelfTest.Result.valueOf(selfTest.toUpperCase(Locale.ROOT));
        boolean rseq = result == SelfTest.Result.PASSED;
        RseqStatus status = new RseqStatus(
                AreaOwner.valueOf(owner.toUpperCase(Locale.ROOT)),
                rseq ? CommitMode.RSEQ : CommitMode.ATOMIC,
                RseqMode.AUTO,
                rseq ? null : "the self-test failed",
                IndexedBy.CPU_ID,
                new RseqArea(RseqArea.Registration.NONE, null, List.of(), null),
                new Host(
                        new Host.Kernel(release, machine, featureSize, null, new Host.Kernel.Membarrier(null, false)),
                        new Host.LibcInfo(libc, null, rseqSize, null, null),
                        new Cpus(cpus, cpus)),
                new SelfTest(result, 0, violations, 0),
                true);
        ProcessEnvironment environment = new ProcessEnvironment(false, false, false, List.of(), null);
        return FindingRule.findings(
                        new FindingFacts(status, status, environment, 2, RecentRecords.NONE, RecentIngest.NONE))
                .stream()
                .map(Finding::id)
                .toList();
    }
}
