package dev.percpu.rseq;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.JavaProgram;
import dev.percpu.settings.RseqMode;
import dev.percpu.settings.ShardIndex;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RseqStatusTest {
    @Test
    void shouldProbeOnce() {
        assertThat(RseqProbe.status()).isSameAs(RseqProbe.status());
    }

    /** Prints the mode of the first probe, which runs in the background. */
    static final class BackgroundProbe {
        public static void main(String[] arguments) throws InterruptedException {
            RseqProbe.startInBackground(RseqMode.ATOMIC, ShardIndex.AUTO);
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.getName().equals("percpu-probe")) {
                    thread.join();
                }
            }
            System.out.println(RseqProbe.status(RseqMode.AUTO, ShardIndex.AUTO).configuredMode());
        }
    }

    @Test
    void shouldProbeInTheBackground() throws Exception {
        assertThat(new JavaProgram(BackgroundProbe.class).run().output()).isEqualTo("ATOMIC");
    }

    @Test
    void shouldContainNoContradiction() {
        RseqStatus status = RseqProbe.status();

        assertThat(status.active()).isEqualTo(status.mode() == CommitMode.RSEQ);
        assertThat(status.reason() == null).isEqualTo(status.active());
        assertThat(status.cpus().shardCount())
                .isGreaterThanOrEqualTo(status.cpus().online().length());
        assertThat(status.selfTest().result() == SelfTest.Result.FAILED)
                .isEqualTo(status.selfTest().violations() > 0);
    }

    /** Source: the glibc manual. Both 20 and 32 stand for a registration of 32 bytes; any other value is the active size. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {"20,-,20", "20,28,28", "20,33,32", "32,-,20", "32,28,28", "28,28,28", "33,33,33", "24,28,24"})
    void shouldComputeTheActiveSize(int librarySize, Integer featureSize, int active) {
        assertThat(Fields.activeSize(librarySize, featureSize)).isEqualTo(active);
    }

    @ParameterizedTest
    @CsvSource({
        "0,0,''",
        "20,0,cpu_id_start cpu_id rseq_cs flags",
        "24,0,cpu_id_start cpu_id rseq_cs flags node_id",
        "28,0,cpu_id_start cpu_id rseq_cs flags node_id mm_cid",
        "33,0,cpu_id_start cpu_id rseq_cs flags node_id mm_cid",
        "33,16,cpu_id_start cpu_id rseq_cs flags node_id mm_cid slice_ctrl"
    })
    void shouldReportFieldsWithinTheActiveSizeAsAvailable(int activeSize, int flags, String available) {
        List<String> names = Fields.of(activeSize, flags).stream()
                .filter(RseqArea.Field::available)
                .map(RseqArea.Field::name)
                .toList();

        assertThat(String.join(" ", names)).isEqualTo(available);
        assertThat(Fields.of(activeSize, flags)).hasSize(7);
    }

    @ParameterizedTest
    @CsvSource({"0-1,2,2", "0,1,1", "'0-3,8',9,5", "'2,4-5',6,3"})
    void shouldParseTheKernelsCpuList(String list, int shards, int cpus) {
        assertThat(Cpus.parse(list + "\n").length()).isEqualTo(shards);
        assertThat(Cpus.parse(list).cardinality()).isEqualTo(cpus);
    }

    @Test
    void shouldKeepTheStatusOfTheFirstCall() {
        RseqStatus status = RseqProbe.status();

        assertThat(RseqProbe.status(RseqMode.ATOMIC, ShardIndex.CPU_ID)).isSameAs(status);
    }
}
