package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Without a native library the start ends, unless none is required. */
@QuarkusMainTest
@TestProfile(FailedStart.class)
class RequiredLibraryTest {

    @Test
    void shouldReportFileCauseAndRemedyIfTheStartFails(QuarkusMainLauncher launcher) {
        LaunchResult result = FailedStart.launch(launcher, Map.of("percpu.native.dir", "/no/such/folder"));

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.getErrorOutput())
                .contains("/no/such/folder/libpercpu.so")
                .contains("there is no such readable file")
                .contains("percpu.native.required=false")
                .doesNotContain("\tat ");
    }
}
