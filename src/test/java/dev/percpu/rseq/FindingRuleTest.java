package dev.percpu.rseq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.percpu.rseq.Finding.Severity;
import dev.percpu.settings.RseqMode;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The conditions and severities of the findings, for facts of systems that this machine is not. */
class FindingRuleTest {
    private static final int EPERM = 1;
    private static final int EINVAL = 22;
    private static final int ENOSYS = 38;

    @Test
    void shouldFindNothingWhereLibcRegisters() {
        assertThat(new Facts().findings()).isEmpty();
    }

    @Test
    void shouldFindATunable() {
        Consumer<Facts> off = facts -> {
            facts.tunableOff = true;
            facts.rseqSize = 0;
            facts.owner = AreaOwner.SELF;
        };
        assertThat(ids(off)).containsExactly("tunable-off");
        assertThat(severity(off)).isEqualTo(Severity.INFO);
        assertThat(severity(off.andThen(facts -> facts.owner = AreaOwner.NONE))).isEqualTo(Severity.WARNING);
        // A libc that has no such tunable.
        assertThat(ids(off.andThen(facts -> facts.rseqSize = 20))).isEmpty();
        assertThat(ids(off.andThen(facts -> facts.libc = "musl").andThen(facts -> facts.rseqSize = null)))
                .isEmpty();
    }

    @Test
    void shouldFindASeccompFilter() {
        assertThat(ids(denied(EPERM))).containsExactly("seccomp");
        assertThat(ids(denied(ENOSYS).andThen(facts -> facts.seccompFilter = true)))
                .containsExactly("seccomp");
        // A kernel without rseq.
        assertThat(ids(denied(ENOSYS))).isEmpty();
        assertThat(ids(facts -> facts.seccompFilter = true)).isEmpty();
    }

    @Test
    void shouldFindGvisor() {
        assertThat(ids(denied(ENOSYS)
                        .andThen(facts -> facts.gvisor = true)
                        .andThen(facts -> facts.seccompFilter = true)
                        .andThen(facts -> facts.featureSize = null)))
                .containsExactly("gvisor");
        assertThat(ids(facts -> facts.gvisor = true)).isEmpty();
    }

    @Test
    void shouldFindALibcThatDoesNotRegister() {
        Consumer<Facts> old = facts -> {
            facts.rseqSize = null;
            facts.owner = AreaOwner.SELF;
        };
        assertThat(ids(old)).containsExactly("libc-too-old");
        assertThat(severity(old)).isEqualTo(Severity.INFO);
        assertThat(ids(old.andThen(facts -> facts.libc = "musl"))).isEmpty();
    }

    @Test
    void shouldFindAKernelWithoutMmCid() {
        Consumer<Facts> old = facts -> facts.featureSize = null;
        assertThat(ids(old)).containsExactly("kernel-too-old-for-mm-cid");
        assertThat(severity(old)).isEqualTo(Severity.INFO);
        assertThat(ids(facts -> facts.featureSize = 24)).containsExactly("kernel-too-old-for-mm-cid");
        assertThat(findings(old.andThen(facts -> facts.possibleCpus = 64)))
                .extracting(Finding::id, Finding::severity)
                .containsExactly(
                        tuple("kernel-too-old-for-mm-cid", Severity.WARNING),
                        tuple("more-possible-than-usable-cpus", Severity.WARNING));
    }

    @Test
    void shouldFindALegacyOwner() {
        Consumer<Facts> legacy = facts -> {
            facts.owner = AreaOwner.LEGACY;
            facts.legacyLibraries = List.of("/lib/libtcmalloc.so.4");
        };
        assertThat(findings(legacy)).singleElement().satisfies(finding -> {
            assertThat(finding.id()).isEqualTo("legacy-owner");
            assertThat(finding.severity()).isEqualTo(Severity.INFO);
            assertThat(finding.what()).startsWith("/lib/libtcmalloc.so.4 registered rseq");
        });
        assertThat(severity(legacy.andThen(facts -> facts.owner = AreaOwner.NONE)))
                .isEqualTo(Severity.WARNING);
        assertThat(ids(legacy.andThen(facts -> facts.owner = AreaOwner.LIBC))).isEmpty();
    }

    @Test
    void shouldFindAnUnknownOwner() {
        assertThat(ids(denied(EINVAL))).containsExactly("unknown-owner");
    }

    @Test
    void shouldFindABrokenArm64Kernel() {
        Consumer<Facts> broken = facts -> {
            facts.machine = "aarch64";
            facts.selfTest = new SelfTest(SelfTest.Result.FAILED, 3, 1, 900);
            facts.active = false;
        };
        assertThat(ids(broken)).containsExactly("broken-arm64-kernel");
        assertThat(ids(broken.andThen(facts -> facts.selfTest = SelfTest.NONE))).isEmpty();
        assertThat(ids(broken.andThen(facts -> facts.machine = "x86_64"))).isEmpty();
    }

    @Test
    void shouldFindMorePossibleThanUsableCpus() {
        assertThat(ids(facts -> facts.possibleCpus = 3)).containsExactly("more-possible-than-usable-cpus");
        assertThat(severity(facts -> facts.possibleCpus = 7)).isEqualTo(Severity.INFO);
        assertThat(severity(facts -> facts.possibleCpus = 8)).isEqualTo(Severity.WARNING);
        Consumer<Facts> byMmCid = facts -> facts.indexedBy = IndexedBy.MM_CID;
        assertThat(severity(byMmCid.andThen(facts -> facts.possibleCpus = 240))).isEqualTo(Severity.INFO);
    }

    @Test
    void shouldFindAnUnpackedLibrary() {
        assertThat(ids(facts -> facts.unpackedLibrary = "/tmp/lib.so")).containsExactly("unpacked-library");
    }

    @Test
    void shouldFindAHighRestartRate() {
        assertThat(ids(facts -> facts.recent = new RecentRecords(100_000, 0, 101)))
                .containsExactly("restart-rate");
        assertThat(ids(facts -> facts.recent = new RecentRecords(100_000, 0, 100)))
                .isEmpty();
        assertThat(ids(facts -> facts.recent = new RecentRecords(999, 0, 500))).isEmpty();
    }

    @Test
    void shouldFindRecordsInTheSharedShard() {
        assertThat(ids(facts -> facts.recent = new RecentRecords(10_000, 101, 0)))
                .containsExactly("shared-shard-in-use");
        assertThat(ids(facts -> facts.recent = new RecentRecords(10_000, 100, 0)))
                .isEmpty();
        assertThat(ids(facts -> facts.recent = new RecentRecords(999, 999, 0))).isEmpty();
        // All records are outside of shards.
        assertThat(ids(facts -> {
                    facts.recent = new RecentRecords(10_000, 10_000, 0);
                    facts.nativeLibrary = false;
                }))
                .isEmpty();
    }

    @Test
    void shouldFindThreadsThatAreNotRegistered() {
        Consumer<Facts> later = facts -> facts.activeNow = false;
        assertThat(ids(later)).containsExactly("threads-not-registered");
        assertThat(ids(later.andThen(facts -> facts.active = false))).isEmpty();
    }

    @Test
    void shouldFindASmallReceiveBuffer() {
        assertThat(ids(ingest(4096, 4096, 0, 0))).isEmpty();
        Consumer<Facts> small = ingest(4096, 2048, 0, 0);
        assertThat(ids(small)).containsExactly("receive-buffer-small");
        assertThat(severity(small)).isEqualTo(Severity.INFO);
        assertThat(findings(ingest(4096, 2048, 0, 1)))
                .extracting(Finding::id, Finding::severity)
                .containsExactly(
                        tuple("receive-buffer-small", Severity.WARNING), tuple("ingest-drops", Severity.ERROR));
        assertThat(findings(small).getFirst())
                .returns(
                        "The kernel granted receive buffers of 2048 bytes, but percpu.ingest.receive-buffer is 4096.",
                        Finding::what)
                .extracting(Finding::todo)
                .asString()
                .contains("sysctl -w net.core.rmem_max=4096", "percpu.ingest.receive-buffer=2048");
    }

    @Test
    void shouldFindDroppedPackets() {
        assertThat(findings(ingest(4096, 4096, 0, 7))).singleElement().satisfies(finding -> {
            assertThat(finding.id()).isEqualTo("ingest-drops");
            assertThat(finding.severity()).isEqualTo(Severity.ERROR);
            assertThat(finding.what()).startsWith("The kernel dropped 7 packets of ingest in the last 60 s");
        });
    }

    @Test
    void shouldFindRejectedSamples() {
        assertThat(findings(ingest(4096, 4096, 7, 0))).singleElement().satisfies(finding -> {
            assertThat(finding.id()).isEqualTo("ingest-rejections");
            assertThat(finding.severity()).isEqualTo(Severity.WARNING);
            assertThat(finding.what())
                    .isEqualTo("Ingest rejected 7 samples in the last 60 s, most of them with the reason bad_value.");
        });
    }

    private static Consumer<Facts> ingest(long requested, long granted, long rejected, long dropped) {
        return facts -> facts.ingest =
                new RecentIngest(requested, granted, 100, rejected, rejected == 0 ? null : "bad_value", dropped);
    }

    @Test
    void shouldFindTheConfiguration() {
        Consumer<Facts> atomic = facts -> {
            facts.mode = RseqMode.ATOMIC;
            facts.active = false;
        };
        assertThat(ids(atomic)).containsExactly("configured-atomic");
        assertThat(severity(atomic)).isEqualTo(Severity.INFO);
        assertThat(ids(facts -> facts.mode = RseqMode.ATOMIC)).isEmpty();
    }

    private static Consumer<Facts> denied(int errno) {
        return facts -> {
            facts.owner = AreaOwner.NONE;
            facts.errno = errno;
            facts.active = false;
        };
    }

    private static List<Finding> findings(Consumer<Facts> change) {
        Facts facts = new Facts();
        change.accept(facts);
        return facts.findings();
    }

    private static List<String> ids(Consumer<Facts> change) {
        return findings(change).stream().map(Finding::id).toList();
    }

    private static Severity severity(Consumer<Facts> change) {
        List<Finding> findings = findings(change);
        assertThat(findings).hasSize(1);
        return findings.getFirst().severity();
    }

    /** The facts of a system on which nothing is to be found: glibc registers, 2 CPUs. */
    private static final class Facts {
        AreaOwner owner = AreaOwner.LIBC;
        boolean active = true;
        boolean activeNow = true;
        RseqMode mode = RseqMode.AUTO;
        Integer errno;
        IndexedBy indexedBy = IndexedBy.CPU_ID;
        String libc = "glibc";
        Integer rseqSize = 20;
        String machine = "x86_64";
        Integer featureSize = 28;
        int possibleCpus = 2;
        SelfTest selfTest = new SelfTest(SelfTest.Result.PASSED, 40, 0, 900);
        boolean nativeLibrary = true;
        boolean tunableOff;
        boolean seccompFilter;
        boolean gvisor;
        List<String> legacyLibraries = List.of();
        String unpackedLibrary;
        RecentRecords recent = RecentRecords.NONE;
        RecentIngest ingest = RecentIngest.NONE;

        List<Finding> findings() {
            return FindingRule.findings(new FindingFacts(
                    status(active),
                    status(active && activeNow),
                    new ProcessEnvironment(tunableOff, seccompFilter, gvisor, legacyLibraries, unpackedLibrary),
                    2,
                    recent,
                    ingest));
        }

        private RseqStatus status(boolean rseq) {
            BitSet cpus = new BitSet();
            cpus.set(0, possibleCpus);
            return new RseqStatus(
                    owner,
                    rseq ? CommitMode.RSEQ : CommitMode.ATOMIC,
                    mode,
                    rseq ? null : "a reason",
                    indexedBy,
                    new RseqArea(new RseqArea.Registration(32, "legacy", "0x53053053", errno), 28, List.of(), null),
                    new Host(
                            new Host.Kernel(
                                    "6.12.1", machine, featureSize, 32, new Host.Kernel.Membarrier("0x3ff", true)),
                            new Host.LibcInfo(libc, "2.36", rseqSize, 0L, 0),
                            new Cpus(cpus, cpus)),
                    selfTest,
                    nativeLibrary);
        }
    }
}
