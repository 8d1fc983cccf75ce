package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VirtualMachineTest {

    @Test
    void shouldDistinguishAPanicDuringBootFromOneInACell() {
        String panic = "[    1.381470] Kernel panic - not syncing: Fatal exception in interrupt\n";
        String cell = "CELL bookworm.probe machine=x86_64\n";

        assertThat(VirtualMachine.hasPanickedBeforeItsFirstCell("Booting from ROM..\n" + panic))
                .isTrue();
        assertThat(VirtualMachine.hasPanickedBeforeItsFirstCell("Booting from ROM..\n" + cell + panic))
                .isFalse();
        assertThat(VirtualMachine.hasPanickedBeforeItsFirstCell("Booting from ROM..\n"))
                .isFalse();
    }
}
