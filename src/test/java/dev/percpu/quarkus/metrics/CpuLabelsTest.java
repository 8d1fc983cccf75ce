package dev.percpu.quarkus.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.rseq.IndexedBy;
import io.prometheus.metrics.model.snapshots.Labels;
import org.junit.jupiter.api.Test;

class CpuLabelsTest {

    @Test
    void shouldReturnCpuAndNumaNode() {
        CpuLabels labels = new CpuLabels(IndexedBy.CPU_ID, cpu -> cpu == 7 ? null : cpu / 4);

        assertThat(labels.of(5).equals(Labels.of("cpu", "5", "numa_node", "1"))).isTrue();
        assertThat(labels.of(7).equals(Labels.of("cpu", "7", "numa_node", ""))).isTrue();
        assertThat(labels.shared().equals(Labels.of("cpu", "shared", "numa_node", "")))
                .isTrue();
        assertThat(labels.helpSuffix()).isEmpty();
    }

    @Test
    void shouldReturnTheShardIfShardsAreNotIndexedByCpu() {
        CpuLabels labels = new CpuLabels(IndexedBy.MM_CID, cpu -> cpu);

        assertThat(labels.of(5).equals(Labels.of("shard", "5"))).isTrue();
        assertThat(labels.shared().equals(Labels.of("shard", "shared"))).isTrue();
        assertThat(labels.helpSuffix()).contains("mm_cid", "not its CPU");
    }
}
