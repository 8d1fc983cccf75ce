package dev.percpu.rseq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the lookup on a copy of the folders that Linux has in {@code /sys/devices/system}. */
class NumaNodesTest {

    @TempDir
    private Path system;

    @Test
    void shouldReturnTheNodeOfEachCpu() throws IOException {
        linkCpus(0, 0, 3);
        linkCpus(1, 4, 7);
        NumaNodes nodes = nodes();

        for (int cpu = 0; cpu < 8; cpu++) {
            assertThat(nodes.of(cpu)).as("CPU %s", cpu).isEqualTo(cpu / 4);
        }
    }

    @Test
    void shouldReturnNodesOfInterleavedAndHighNumbers() throws IOException {
        linkCpus(2, 10, 10);
        linkCpus(127, 11, 11);
        linkCpus(2, 12, 12);
        linkCpus(0, 1023, 1023);
        NumaNodes nodes = nodes();

        assertThat(nodes.of(10)).isEqualTo(2);
        assertThat(nodes.of(11)).isEqualTo(127);
        assertThat(nodes.of(12)).isEqualTo(2);
        assertThat(nodes.of(1023)).isZero();
    }

    @Test
    void shouldReturnNullForNumbersWithoutACpu() throws IOException {
        linkCpus(0, 0, 0);
        linkCpus(0, 2, 2);
        NumaNodes nodes = nodes();

        assertThat(nodes.of(1)).isNull();
        assertThat(nodes.of(3)).isNull();
        assertThat(nodes.of(-1)).isNull();
        assertThat(nodes.of(Integer.MAX_VALUE)).isNull();
    }

    @Test
    void shouldReturnNullForACpuWithoutANode() throws IOException {
        Path cpu = Files.createDirectories(cpus().resolve("cpu0"));
        Files.createDirectory(cpu.resolve("topology"));
        Files.writeString(cpu.resolve("online"), "1\n");

        assertThat(nodes().of(0)).isNull();
    }

    @Test
    void shouldReturnNullWithoutSysfs() {
        assertThat(nodes().of(0)).isNull();
    }

    @Test
    void shouldReturnNullWhereTheCpuIsAFile() throws IOException {
        Files.createDirectories(cpus());
        Files.writeString(cpus().resolve("cpu0"), "node1");

        assertThat(nodes().of(0)).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "node-1", "nodes", "node1x", "node4294967296", "Node1", "memory1"})
    void shouldReturnNullForAnEntryThatIsNoNode(String entry) throws IOException {
        Files.createDirectories(cpus().resolve("cpu0").resolve(entry));

        assertThat(nodes().of(0)).isNull();
    }

    @Test
    void shouldReturnTheNodeOfALinkWithoutATarget() throws IOException {
        Path cpu = Files.createDirectories(cpus().resolve("cpu5"));
        Files.createSymbolicLink(cpu.resolve("node3"), Path.of("../../node/node3"));

        assertThat(nodes().of(5)).isEqualTo(3);
    }

    @Test
    void shouldReturnTheNodeOfACpuWithOtherEntriesBesides() throws IOException {
        linkCpus(6, 0, 0);
        Files.writeString(cpus().resolve("cpu0").resolve("nodelist"), "0\n");
        Files.createDirectory(cpus().resolve("cpu0").resolve("cache"));

        assertThat(nodes().of(0)).isEqualTo(6);
    }

    private Path cpus() {
        return system.resolve("cpu");
    }

    private NumaNodes nodes() {
        return new NumaNodes(cpus());
    }

    /** Links the CPUs from first to last to a node, as Linux does. */
    private void linkCpus(int node, int first, int last) throws IOException {
        String name = "node" + node;
        Files.createDirectories(system.resolve("node").resolve(name));
        for (int cpu = first; cpu <= last; cpu++) {
            Path folder = Files.createDirectories(cpus().resolve("cpu" + cpu));
            Files.createSymbolicLink(folder.resolve(name), Path.of("../../node", name));
        }
    }
}
