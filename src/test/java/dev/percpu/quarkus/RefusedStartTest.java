package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A start that configuration prevents ends with status 1 and a message for whoever set it, without a stack trace. */
@QuarkusMainTest
@TestProfile(RefusedStartTest.WrongConfiguration.class)
class RefusedStartTest {

    public static class WrongConfiguration implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of(
                    "percpu.native.required", "perhaps",
                    "percpu.nativ.required", "true",
                    "percpu.shard.index", "core",
                    "percpu.requests.histogram", "some",
                    "quarkus.micrometer.binder.http-server.ignore-patterns", "/a(");
        }
    }

    @Test
    void shouldEndTheStartNamingKeysAndValues(QuarkusMainLauncher launcher) {
        LaunchResult result = launcher.launch();

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.getErrorOutput())
                .contains("percpu.native.required is \"perhaps\"; allowed: true, false.")
                .contains("percpu.shard.index is \"core\"; allowed: auto, cpu_id, mm_cid.")
                .contains("percpu.nativ.required is not a key; known: percpu.native.required, ")
                .contains("percpu.requests.histogram is \"some\"; allowed: none, classic, native, both.")
                .contains("quarkus.micrometer.binder.http-server.ignore-patterns is \"/a(\"; allowed: ")
                .doesNotContain("\tat ");
    }
}
