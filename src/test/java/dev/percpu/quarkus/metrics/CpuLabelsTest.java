package dev.percpu.quarkus.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.rseq.IndexedBy;
import io.prometheus.metrics.model.snapshots.Labels;
import org.junit.jupiter.api.Test;

class CpuLabelsTest {

    @Test
    void shouldNameCpusAndTheirNodes() {
        CpuLabels naming = new CpuLabels(IndexedBy.CPU_ID, cpu -> cpu == 7 ? null : cpu / 4);

        assertThat(naming.of(5).equals(Labels.of("cpu", "5", "numa_node", "1"))).isTrue();
        assertThat(naming.of(7).equals(Labels.of("cpu", "7", "numa_node", ""))).isTrue();
        assertThat(naming.shared().equals(Labels.of("cpu", "shared", "numa_node", "")))
                .isTrue();
        assertThat(naming.helpSuffix()).isEmpty();
    }

    @Test
    void shouldNameShardsThatBelongToNoCpuAndSaySo() {
        CpuLabels naming = new CpuLabels(IndexedBy.MM_CID, cpu -> cpu);

        assertThat(naming.of(5).equals(Labels.of("shard", "5"))).isTrue();
        assertThat(naming.shared().equals(Labels.of("shard", "shared"))).isTrue();
        assertThat(naming.helpSuffix()).contains("mm_cid", "not its CPU");
    }
}
