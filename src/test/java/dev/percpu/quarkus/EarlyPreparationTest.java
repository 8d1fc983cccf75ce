package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.registry.PerCpuMeterRegistry;
import io.quarkus.test.junit.QuarkusTest;
import org.junit.jupiter.api.Test;

@QuarkusTest
class EarlyPreparationTest {
    /** The test has no main method, so that an application without this project's one is prepared, too. */
    @Test
    void shouldPrepareTheProcessAtTheStartOfQuarkus() {
        assertThat(PerCpuMeterRegistry.prepareInBackground()).isFalse();
    }
}
