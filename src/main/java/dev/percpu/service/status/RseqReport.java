package dev.percpu.service.status;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.percpu.registry.ShardReader;
import dev.percpu.rseq.Field;
import dev.percpu.rseq.Kernel;
import dev.percpu.rseq.LibcInfo;
import dev.percpu.rseq.Registration;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.rseq.ThreadView;
import dev.percpu.shard.ShardStatistics;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The answer of {@code GET /api/rseq}; names and meaning are relied on outside. What does not exist on a system is null, never 0.
 */
record RseqReport(
        boolean active,
        String owner,
        String mode,
        @Nullable String reason,
        String indexedBy,
        Registration registration,
        Kernel kernel,
        LibcInfo libc,
        @Nullable Integer activeSize,
        List<Field> fields,
        ThreadArea thread,
        SelfTest selfTest,
        Shards shards,
        CellSnapshot totals) {

    /** The area of the thread that probed, under the kernel's own names; all null when it has none. */
    record ThreadArea(
            @JsonProperty("cpu_id_start") @Nullable Integer cpuIdStart,
            @JsonProperty("cpu_id") @Nullable Integer cpuId,
            @JsonProperty("node_id") @Nullable Integer nodeId,
            @JsonProperty("mm_cid") @Nullable Integer mmCid,
            @Nullable Integer flags) {

        static ThreadArea of(@Nullable ThreadView view) {
            return view == null
                    ? new ThreadArea(null, null, null, null, null)
                    : new ThreadArea(view.cpuIdStart(), view.cpuId(), view.nodeId(), view.mmCid(), view.flags());
        }
    }

    /** @param result {@code passed}, {@code failed} or {@code skipped} */
    record SelfTest(String result, int restarts, int violations, long durationMicros) {

        static SelfTest of(dev.percpu.rseq.SelfTest test) {
            return new SelfTest(test.result().toString(), test.restarts(), test.violations(), test.durationMicros());
        }
    }

    /** Sizes in bytes; without a native library there are no shards, and so no sizes. */
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

    /** Since the start of the process. */
    record CellSnapshot(long restarts, long sharedShardRecords) {}

    /** @param online the CPUs that run now; which are possible does not change */
    static RseqReport of(RseqStatus status, ShardStatistics statistics, BitSet online) {
        return new RseqReport(
                status.active(),
                status.owner().toString(),
                status.mode().toString(),
                status.reason(),
                status.indexedBy().toString(),
                status.registrationNow(),
                status.kernel(),
                status.libc(),
                status.activeSize(),
                status.fields(),
                ThreadArea.of(status.thread()),
                SelfTest.of(status.selfTest()),
                Shards.of(
                        statistics,
                        status.nativeLibrary(),
                        status.cpus().possible().cardinality(),
                        online.cardinality()),
                new CellSnapshot(ShardReader.restarts(statistics), statistics.sharedRecordsOfAnyKind()));
    }
}
