package dev.percpu.service.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.percpu.rseq.Host;
import dev.percpu.rseq.RseqArea;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.shard.ShardStatistics;
import java.util.BitSet;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/**
 * The response of {@code GET /api/rseq}. Its names are part of the contract with clients. Immutable.
 *
 * <p>A value that does not exist on this system is null, never 0.
 */
record RseqReport(
        boolean active,

        @Schema(enumeration = {"libc", "legacy", "self", "none"})
        String owner,

        @Schema(enumeration = {"rseq", "atomic"}) String mode,
        @Nullable String reason,
        @Schema(enumeration = {"cpu_id", "mm_cid"}) String indexedBy,
        RseqArea.Registration registration,
        Host.Kernel kernel,
        Host.LibcInfo libc,
        @Nullable Integer activeSize,
        List<RseqArea.Field> fields,
        ThreadArea thread,
        SelfTest selfTest,
        Shards shards,
        Totals totals,
        List<Finding> findings) {

    /** The fields of the thread that ran the probe, under the kernel's names. All are null when that thread has no area. */
    record ThreadArea(
            @JsonProperty("cpu_id_start") @Nullable Integer cpuIdStart,
            @JsonProperty("cpu_id") @Nullable Integer cpuId,
            @JsonProperty("node_id") @Nullable Integer nodeId,
            @JsonProperty("mm_cid") @Nullable Integer mmCid,
            @Nullable Integer flags) {

        static ThreadArea of(RseqArea.@Nullable ThreadView view) {
            return view == null
                    ? new ThreadArea(null, null, null, null, null)
                    : new ThreadArea(view.cpuIdStart(), view.cpuId(), view.nodeId(), view.mmCid(), view.flags());
        }
    }

    /**
     * The result of the self-test.
     *
     * @param result {@code passed}, {@code failed} or {@code skipped}
     */
    record SelfTest(
            @Schema(enumeration = {"passed", "failed", "skipped"})
            String result,

            int restarts,
            int violations,
            long durationMicros) {

        static SelfTest of(dev.percpu.rseq.SelfTest test) {
            return new SelfTest(test.result().toString(), test.restarts(), test.violations(), test.durationMicros());
        }
    }

    /** The shards and their memory, in bytes. Without the native library there are no shards, and the sizes are null. */
    record Shards(
            int count,
            int possibleCpus,
            int onlineCpus,
            @Nullable Long strideBytes,
            @Nullable Long reservedBytes,
            @Nullable Long residentBytes) {

        static Shards of(ShardStatistics statistics, boolean nativeLibrary, int possibleCpus, int onlineCpus) {
            return new Shards(
                    statistics.shards().size(),
                    possibleCpus,
                    onlineCpus,
                    nativeLibrary ? statistics.strideBytes() : null,
                    nativeLibrary ? statistics.reservedBytes() : null,
                    nativeLibrary ? statistics.residentBytes() : null);
        }
    }

    /**
     * A fact that an operator should know.
     *
     * @param severity {@code info}, {@code warning} or {@code error}
     */
    record Finding(
            String id,

            @Schema(enumeration = {"info", "warning", "error"})
            String severity,

            String what,
            String why,
            String todo) {

        static Finding of(dev.percpu.rseq.Finding finding) {
            return new Finding(
                    finding.id(), finding.severity().toString(), finding.what(), finding.why(), finding.todo());
        }
    }

    /** The totals since the start of the process. */
    record Totals(long restarts, long sharedShardRecords) {}

    /** Returns the report of a process that has no registry, and so no shards in memory and no records. */
    static RseqReport withoutRegistry(RseqStatus status, List<dev.percpu.rseq.Finding> findings) {
        return of(
                status,
                new Shards(
                        status.nativeLibrary() ? status.cpus().shardCount() : 0,
                        status.cpus().possible().cardinality(),
                        status.cpus().online().cardinality(),
                        null,
                        null,
                        null),
                new Totals(0, 0),
                findings);
    }

    /**
     * Returns the report.
     *
     * @param status status now
     * @param online the CPUs that are online now
     */
    static RseqReport of(
            RseqStatus status, ShardStatistics statistics, BitSet online, List<dev.percpu.rseq.Finding> findings) {
        return of(
                status,
                Shards.of(
                        statistics,
                        status.nativeLibrary(),
                        status.cpus().possible().cardinality(),
                        online.cardinality()),
                new Totals(statistics.restarts(), statistics.sharedRecordsOfAnyKind()),
                findings);
    }

    private static RseqReport of(
            RseqStatus status, Shards shards, Totals totals, List<dev.percpu.rseq.Finding> findings) {
        return new RseqReport(
                status.active(),
                status.owner().toString(),
                status.mode().toString(),
                status.reason(),
                status.indexedBy().toString(),
                RseqProbe.latestRegistration(status),
                status.host().kernel(),
                status.host().libc(),
                status.area().activeSize(),
                status.area().fields(),
                ThreadArea.of(status.area().thread()),
                SelfTest.of(status.selfTest()),
                shards,
                totals,
                findings.stream().map(Finding::of).toList());
    }
}
