package dev.percpu.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.Eventually;
import dev.percpu.rseq.Cpus;
import dev.percpu.rseq.RseqProbe;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SelfTestCallsTest {
    @BeforeAll
    static void startTheLibrary() {
        RseqProbe.status();
    }

    @Test
    void shouldRejectACloseWhileACallRuns() throws InterruptedException {
        int cpu = Cpus.read().possible().nextSetBit(0);
        SelfTestCalls calls = new SelfTestCalls(cpu, cpu, Integer.MAX_VALUE, 500_000_000);
        Thread victim = Thread.ofPlatform().start(calls::runVictim);
        Eventually.assertEventually(calls::running, 1);

        assertThatThrownBy(calls::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("while 1 of its calls run");
        victim.join();
        assertThat(calls.violations()).isZero();
        calls.close();
    }

    @Test
    void shouldRejectCallsAfterTheClose() {
        SelfTestCalls calls = new SelfTestCalls(0, 0, 1, 1);
        calls.close();

        assertThatThrownBy(calls::runVictim).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(calls::runDisturber).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(calls::restarts).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(calls::violations).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void shouldRejectFactsThatCannotBeTrueForThisProcess() {
        long offset = 1L << 40;
        assertThatThrownBy(() -> new ProcessInfo(ControlCalls.OWNER_LIBC, offset, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("libcOffset must be ")
                .hasMessageContaining("but was " + offset);
        assertThatThrownBy(() -> new ProcessInfo(4, 0, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ProcessInfo(ControlCalls.OWNER_SELF, 0, 8, 32, 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new ProcessInfo(ControlCalls.OWNER_SELF, 0, 32, 33, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
