package dev.percpu.rseq;

import dev.percpu.rseq.Finding.Severity;
import dev.percpu.settings.RseqMode;
import dev.percpu.settings.Settings;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The rules that derive findings from facts, one for each finding. Their order is that of reports. Stateless.
 *
 * <p>{@code src/site/markdown/status.md} lists the findings. A test compares it with this class.
 */
public enum FindingRule {
    /** A seccomp filter denies the system call rseq. */
    SECCOMP {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            Integer errno = probeErrno(facts);
            if (errno == null || facts.environment().gvisor()) {
                return null;
            }
            if (errno != EPERM && !(errno == ENOSYS && facts.environment().seccompFilter())) {
                return null;
            }
            return finding(
                    Severity.WARNING,
                    "A seccomp filter denies the rseq system call (" + (errno == EPERM ? "EPERM" : "ENOSYS") + ").",
                    "Without rseq, records commit by atomic instructions, which are slower. No record is lost.",
                    "Allow the system call rseq in the seccomp profile. The default profiles of Docker, containerd, CRI-O and Podman"
                            + " allow it since 2020.");
        }
    },

    /** The process runs in gVisor, and records do not commit in sections. */
    GVISOR {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            if (!facts.environment().gvisor() || facts.current().active()) {
                return null;
            }
            return finding(
                    Severity.WARNING,
                    "The process runs in gVisor, whose kernel does not offer rseq here.",
                    "Without rseq, records commit by atomic instructions, which are slower. No record is lost.",
                    "Nothing, if the sandbox is needed. Otherwise run the process with runc or crun.");
        }
    },

    /** {@code percpu.rseq.mode} is {@code atomic}. */
    CONFIGURED_ATOMIC {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            if (facts.probed().configuredMode() != RseqMode.ATOMIC
                    || facts.current().active()) {
                return null;
            }
            return finding(
                    Severity.INFO,
                    Settings.RSEQ_MODE.key() + " is atomic.",
                    "Records commit by atomic instructions because the configuration says so.",
                    "Remove " + Settings.RSEQ_MODE.key()
                            + ", or set it to auto, for records in rseq critical sections.");
        }
    },

    /** The self-test found an interrupted section that did not restart, on arm64. */
    BROKEN_ARM64_KERNEL {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            SelfTest test = facts.probed().selfTest();
            Host.Kernel kernel = facts.probed().host().kernel();
            if (test.result() != SelfTest.Result.FAILED || !kernel.machine().equals("aarch64")) {
                return null;
            }
            return finding(
                    Severity.WARNING,
                    "Kernel " + kernel.release() + " does not restart interrupted rseq critical sections: "
                            + test.violations() + " in the self-test.",
                    "arm64 kernels from 6.19 to 7.0.13 have this defect. It loses updates of every program that uses rseq. This process"
                            + " records by atomic instructions instead, so it loses none.",
                    "Update the kernel to 7.1.3 or newer, or to a build of your distribution with the fix.");
        }
    },

    /** After the start, a thread could not be registered. */
    THREADS_NOT_REGISTERED {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            if (!facts.probed().active() || facts.current().active()) {
                return null;
            }
            return finding(
                    Severity.WARNING,
                    "rseq worked at the start, but " + facts.current().reason() + ".",
                    "A sandbox was probably closed after the start. Records of these threads use one shard by atomic instructions, which is"
                            + " slow on many CPUs. No record is lost.",
                    "Allow the system call rseq in the sandbox, or close the sandbox before the start of the JVM.");
        }
    },

    /** A library that exports {@code __rseq_abi} owns the areas, or would. */
    LEGACY_OWNER {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            AreaOwner owner = facts.probed().owner();
            boolean unregistered = owner == AreaOwner.NONE
                    && !facts.environment().legacyLibraries().isEmpty();
            if (owner != AreaOwner.LEGACY && !unregistered) {
                return null;
            }
            String library = facts.environment().legacyLibraries().isEmpty()
                    ? "A library"
                    : String.join(", ", facts.environment().legacyLibraries());
            return unregistered
                    ? finding(
                            Severity.WARNING,
                            library + " exports __rseq_abi, but has not registered it.",
                            "It may register later, so this library does not register in its place. Records commit by atomic"
                                    + " instructions.",
                            "Remove that library, or let libc register: glibc 2.35 or newer without glibc.pthread.rseq=0.")
                    : finding(
                            Severity.INFO,
                            library + " registered rseq, and exports it as __rseq_abi.",
                            "Libraries did so before glibc 2.35. Only the first 20 bytes are reliable. Kernels from 6.19 on broke old"
                                    + " versions of tcmalloc.",
                            "Nothing. Prefer a version of that library that uses the rseq of glibc 2.35 or newer.");
        }
    },

    /** The registration fails because the thread has an area already, but no library exports a symbol for it. */
    UNKNOWN_OWNER {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            Integer errno = probeErrno(facts);
            if (errno == null || (errno != EINVAL && errno != EBUSY)) {
                return null;
            }
            return finding(
                    Severity.WARNING,
                    "An unknown library has registered rseq (the kernel answers "
                            + (errno == EINVAL ? "EINVAL" : "EBUSY") + "), and exports no symbol for it.",
                    "A thread has one rseq area only. It cannot be found without a symbol, so records commit by atomic instructions.",
                    "Find the library: often a statically linked tcmalloc or librseq, or a second copy of this library. Remove it, or"
                            + " build it to use the rseq of glibc.");
        }
    },

    /** The environment sets {@code glibc.pthread.rseq=0}. */
    TUNABLE_OFF {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            Integer size = facts.probed().host().libc().rseqSize();
            if (!facts.environment().tunableOff() || size == null || size != 0) {
                return null;
            }
            return finding(
                    severity(facts),
                    "GLIBC_TUNABLES contains glibc.pthread.rseq=0, so glibc does not register rseq.",
                    switch (facts.probed().owner()) {
                        case SELF -> "This library registers the threads that record instead.";
                        case LEGACY -> "Another library registers the threads instead.";
                        default ->
                            "No area was found instead: " + facts.probed().reason() + ".";
                    },
                    "Remove glibc.pthread.rseq=0 from GLIBC_TUNABLES, unless an old tcmalloc in this process needs it.");
        }
    },

    /** glibc does not export {@code __rseq_size}. */
    LIBC_TOO_OLD {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            Host.LibcInfo libc = facts.probed().host().libc();
            if (!libc.name().equals("glibc") || libc.rseqSize() != null) {
                return null;
            }
            return finding(
                    severity(facts),
                    "glibc " + libc.version() + " does not register rseq.",
                    facts.probed().owner() == AreaOwner.SELF
                            ? "glibc 2.35 is the first that does. This library registers the threads that record instead."
                            : "glibc 2.35 is the first that does. Another library may register, but this library cannot.",
                    "Nothing is required. A base image with glibc 2.35 or newer lets all libraries of the process share rseq.");
        }
    },

    /** The kernel does not offer {@code mm_cid}. */
    KERNEL_TOO_OLD_FOR_MM_CID {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            Host.Kernel kernel = facts.probed().host().kernel();
            Integer size = kernel.featureSize();
            if (!facts.probed().nativeLibrary()
                    || facts.environment().gvisor()
                    || (size != null && size >= Fields.MM_CID + Integer.BYTES)) {
                return null;
            }
            return finding(
                    usesFewCpus(facts) ? Severity.WARNING : Severity.INFO,
                    "Kernel " + kernel.release() + " does not offer mm_cid in struct rseq.",
                    "Linux 6.3 is the first that does. Shards are indexed by cpu_id: one for each possible CPU, however few this process"
                            + " may use.",
                    "Nothing on a machine of its own. In small containers on large machines, a kernel of 6.3 or newer saves memory.");
        }
    },

    /** More CPUs are possible than this process may use. */
    MORE_POSSIBLE_THAN_USABLE_CPUS {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            int possible = facts.possibleCpus();
            if (possible <= facts.usableCpus()) {
                return null;
            }
            boolean byMmCid = facts.current().indexedBy() == IndexedBy.MM_CID;
            return finding(
                    usesFewCpus(facts) && !byMmCid ? Severity.WARNING : Severity.INFO,
                    possible + " CPUs are possible, but this process may use " + facts.usableCpus() + ".",
                    byMmCid
                            ? "Shards are indexed by mm_cid, so only about as many shards are in memory as the process may use CPUs."
                            : "A shard takes memory as soon as its CPU records. With a CPU quota, threads reach all CPUs over time.",
                    byMmCid
                            ? "Nothing."
                            : "For fewer shards in memory, set " + Settings.SHARD_INDEX.key()
                                    + "=mm_cid (Linux 6.3 or newer), or bind the process to CPUs.");
        }
    },

    /** More than one section per 1,000 records was restarted in the last minute. */
    RESTART_RATE {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            RecentRecords recent = facts.recent();
            if (!recent.hasHighRestartRate()) {
                return null;
            }
            return finding(
                    Severity.WARNING,
                    recent.restarts() + " critical sections were restarted for " + recent.records()
                            + " records in the last " + RecentRecords.SECONDS + " s.",
                    "The kernel restarts a section when it interrupts the thread inside. One restart per million records is usual. A high"
                            + " rate means very frequent preemption or signals, or a debugger.",
                    "Look for a profiler with a very short interval, a debugger that steps, or many more running threads than CPUs.");
        }
    },

    /** More than 1 % of the records of the last minute are in the shared shard. */
    SHARED_SHARD_IN_USE {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            RecentRecords recent = facts.recent();
            if (!facts.probed().nativeLibrary() || !recent.usesSharedShard()) {
                return null;
            }
            return finding(
                    Severity.WARNING,
                    recent.sharedRecords() + " of " + recent.records() + " records of the last " + RecentRecords.SECONDS
                            + " s went to the shared shard.",
                    "A thread without a registered area, or one that is interrupted again and again, records there by atomic instructions."
                            + " All CPUs share that shard, so it is slow.",
                    "See the other findings for the cause: threads-not-registered, restart-rate. Otherwise report it with this answer.");
        }
    },

    /** The native library was unpacked from the jar to the temporary folder. */
    UNPACKED_LIBRARY {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            String file = facts.environment().unpackedLibrary();
            if (file == null) {
                return null;
            }
            return finding(
                    Severity.INFO,
                    "The native library was unpacked from the jar to " + file + ".",
                    Settings.NATIVE_DIR.key()
                            + " is not set. The temporary folder must be writable and must allow execution.",
                    "Nothing, if that is intended. For a read-only root file system, set " + Settings.NATIVE_DIR.key()
                            + " to a folder with libpercpu.so.");
        }
    },

    /** The kernel granted a smaller receive buffer than the configuration asks for. */
    RECEIVE_BUFFER_SMALL {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            RecentIngest ingest = facts.ingest();
            if (!ingest.hasSmallBuffer()) {
                return null;
            }
            return finding(
                    ingest.droppedPackets() > 0 ? Severity.WARNING : Severity.INFO,
                    "The kernel granted receive buffers of " + ingest.grantedBufferBytes() + " bytes, but "
                            + Settings.INGEST_RECEIVE_BUFFER.key() + " is " + ingest.requestedBufferBytes() + ".",
                    "The limit is net.core.rmem_max of the node. A smaller buffer holds a shorter burst of packets. The kernel drops"
                            + " packets that find it full.",
                    "On the node, run sysctl -w net.core.rmem_max=" + ingest.requestedBufferBytes()
                            + " and restart the service. Or set " + Settings.INGEST_RECEIVE_BUFFER.key() + "="
                            + ingest.grantedBufferBytes() + ".");
        }
    },

    /** The kernel dropped packets in the last minute. */
    INGEST_DROPS {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            RecentIngest ingest = facts.ingest();
            if (ingest.droppedPackets() == 0) {
                return null;
            }
            return finding(
                    Severity.ERROR,
                    "The kernel dropped " + ingest.droppedPackets() + " packets of ingest in the last "
                            + RecentRecords.SECONDS + " s, because a receive buffer was full.",
                    "The samples of these packets are lost. The receivers were too slow for the rate, or a burst was larger than the"
                            + " buffer. One sender uses one receiver.",
                    "Send from more sockets, send more samples in a packet, give the service more CPU time, or enlarge "
                            + Settings.INGEST_RECEIVE_BUFFER.key() + ".");
        }
    },

    /** Samples were rejected in the last minute. */
    INGEST_REJECTIONS {
        @Override
        @Nullable
        Finding find(FindingFacts facts) {
            RecentIngest ingest = facts.ingest();
            if (ingest.rejected() == 0) {
                return null;
            }
            return finding(
                    Severity.WARNING,
                    "Ingest rejected " + ingest.rejected() + " samples in the last " + RecentRecords.SECONDS
                            + " s, most of them with the reason " + ingest.commonReason() + ".",
                    "A rejected sample is not recorded. The other samples of its packet or request are.",
                    "Correct the client that sends such samples. The log has one rejected line of StatsD a minute. A client of OTLP gets the reason"
                            + " with the answer.");
        }
    };

    // Of errno.h.
    private static final int EPERM = 1;
    private static final int EBUSY = 16;
    private static final int EINVAL = 22;
    private static final int ENOSYS = 38;

    private final String id = ReportNames.of(this).replace('_', '-');

    /** Returns the identifier in reports, such as {@code tunable-off}. */
    public String id() {
        return id;
    }

    /** Returns the findings for these facts, in the order of the rules. */
    public static List<Finding> findings(FindingFacts facts) {
        return Arrays.stream(values())
                .map(rule -> rule.find(facts))
                .filter(Objects::nonNull)
                .toList();
    }

    /** Returns the finding; null if the condition of this rule does not hold. */
    abstract @Nullable Finding find(FindingFacts facts);

    Finding finding(Severity severity, String what, String why, String todo) {
        return new Finding(id, severity, what, why, todo);
    }

    /** Returns the errno with which the probe could not register an area; null if it did not try or succeeded. */
    private static @Nullable Integer probeErrno(FindingFacts facts) {
        return facts.probed().owner() == AreaOwner.NONE
                ? facts.probed().area().registration().lastErrno()
                : null;
    }

    /** Returns the severity of a fact that matters only if records do not commit in sections. */
    private static Severity severity(FindingFacts facts) {
        return facts.probed().owner() == AreaOwner.NONE ? Severity.WARNING : Severity.INFO;
    }

    private static boolean usesFewCpus(FindingFacts facts) {
        return RseqProbe.usesFewCpus(facts.usableCpus(), facts.possibleCpus());
    }
}
