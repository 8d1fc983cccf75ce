package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Without a native library the start ends, unless none is required. */
@QuarkusMainTest
@TestProfile(RequiredLibraryTest.NoLibrary.class)
class RequiredLibraryTest {

    public static class NoLibrary implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("percpu.native.dir", "/no/such/folder");
        }
    }

    @AfterEach
    void findTheLibraryAgain() {
        System.clearProperty("percpu.native.dir");
    }

    @Test
    void shouldReportFileCauseAndRemedyIfTheStartFails(QuarkusMainLauncher launcher) {
        LaunchResult result = launcher.launch();

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.getErrorOutput())
                .contains("/no/such/folder/libpercpu.so")
                .contains("there is no such readable file")
                .contains("percpu.native.required=false")
                .doesNotContain("\tat ");
    }
}
