package dev.percpu.service.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.percpu.rseq.AreaOwner;
import dev.percpu.rseq.CommitMode;
import dev.percpu.rseq.Cpus;
import dev.percpu.rseq.Host;
import dev.percpu.rseq.IndexedBy;
import dev.percpu.rseq.RseqArea;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.rseq.SelfTest;
import dev.percpu.shard.ShardStatistics;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Builds the reports of other machines: offline CPUs, gaps in the CPU numbers, shards by mm_cid, no native library. */
class ReportsTest {

    private static final ShardStatistics THREE_SHARDS = new ShardStatistics(
            1 << 20,
            96,
            32,
            List.of(
                    new ShardStatistics.PerShard(0, 10, 1),
                    new ShardStatistics.PerShard(1, 0, 0),
                    new ShardStatistics.PerShard(2, 30, 3)),
            5,
            6);

    private static final ShardStatistics NO_SHARDS = new ShardStatistics(0, 0, 0, List.of(), 44, 44);

    @Test
    void shouldListPossibleCpusAndMarkOfflineOnes() throws JsonProcessingException {
        CpusReport report = CpusReport.of(
                status(IndexedBy.CPU_ID, cpus(0, 2), true), THREE_SHARDS, cpus(0), cpu -> cpu == 0 ? 7 : null);

        assertThat(json(report))
                .isEqualTo(
                        "{'indexedBy':'cpu_id','cpus':["
                                + "{'cpu':0,'numaNode':7,'online':true,'records':10,'restarts':1},"
                                + "{'cpu':2,'numaNode':null,'online':false,'records':30,'restarts':3}],'shared':{'records':5}}");
    }

    @Test
    void shouldListShardsUnderMmCid() throws JsonProcessingException {
        assertThat(json(cpusByMmCid()))
                .startsWith("{'indexedBy':'mm_cid','cpus':["
                        + "{'shard':0,'cpu':null,'numaNode':null,'online':null,'records':10,'restarts':1},{'shard':1,");
    }

    @Test
    void shouldSumTheRestartsOfAllShards() {
        RseqReport report = RseqReport.of(status(IndexedBy.CPU_ID, cpus(0, 2), true), THREE_SHARDS, cpus(0), List.of());

        assertThat(report.totals()).isEqualTo(new RseqReport.Totals(4, 6));
        assertThat(report.shards()).isEqualTo(new RseqReport.Shards(3, 2, 1, 1L << 20, 96L, 32L));
    }

    @Test
    void shouldReportNullSizesWithoutShards() throws JsonProcessingException {
        assertThat(json(cpusWithoutLibrary()))
                .isEqualTo(
                        "{'indexedBy':'cpu_id','cpus':["
                                + "{'cpu':0,'numaNode':null,'online':true,'records':null,'restarts':null},"
                                + "{'cpu':1,'numaNode':null,'online':true,'records':null,'restarts':null}],'shared':{'records':44}}");
        assertThat(rseqWithoutLibrary().shards()).isEqualTo(new RseqReport.Shards(0, 2, 2, null, null, null));
    }

    static CpusReport cpusByMmCid() {
        return CpusReport.of(status(IndexedBy.MM_CID, cpus(0, 1, 2), true), THREE_SHARDS, cpus(0, 1, 2), cpu -> 0);
    }

    static CpusReport cpusWithoutLibrary() {
        return CpusReport.of(status(IndexedBy.CPU_ID, cpus(0, 1), false), NO_SHARDS, cpus(0, 1), cpu -> null);
    }

    static RseqReport rseqWithoutLibrary() {
        return RseqReport.of(status(IndexedBy.CPU_ID, cpus(0, 1), false), NO_SHARDS, cpus(0, 1), List.of());
    }

    private static RseqStatus status(IndexedBy indexedBy, BitSet possible, boolean nativeLibrary) {
        return new RseqStatus(
                AreaOwner.NONE,
                CommitMode.ATOMIC,
                null,
                "a reason",
                indexedBy,
                new RseqArea(new RseqArea.Registration(null, null, null, null), 0, List.of(), null),
                new Host(
                        new Host.Kernel("1", "x86_64", null, null, new Host.Kernel.Membarrier(null, false)),
                        new Host.LibcInfo("unknown", null, null, null, null),
                        new Cpus(possible, possible)),
                new SelfTest(SelfTest.Result.SKIPPED, 0, 0, 0),
                nativeLibrary);
    }

    private static BitSet cpus(int... ids) {
        BitSet cpus = new BitSet();
        for (int id : ids) {
            cpus.set(id);
        }
        return cpus;
    }

    private static String json(CpusReport report) throws JsonProcessingException {
        return new ObjectMapper().writeValueAsString(report).replace('"', '\'');
    }
}
