package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import io.quarkus.test.junit.TestProfile;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import io.quarkus.test.junit.main.QuarkusMainTest;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A start with an invalid configuration ends with status 1 and a message without a stack trace. */
@QuarkusMainTest
@TestProfile(FailedStart.class)
class RefusedStartTest {

    private static final Map<String, String> INVALID = Map.of(
            "percpu.native.required", "perhaps",
            "percpu.nativ.required", "true",
            "percpu.shard.index", "core",
            "percpu.requests.histogram", "some",
            "quarkus.micrometer.binder.http-server.ignore-patterns", "/a(");

    @Test
    void shouldEndTheStartNamingKeysAndValues(QuarkusMainLauncher launcher) {
        LaunchResult result = FailedStart.launch(launcher, INVALID);

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.getErrorOutput())
                .contains("percpu.native.required must be auto, true or false, but was perhaps\n")
                .contains("percpu.shard.index must be auto, cpu_id or mm_cid, but was core\n")
                .contains("percpu.nativ.required is not a known key; the most similar key is percpu.native.required")
                .contains("percpu.requests.histogram must be none, classic, native or both, but was some\n")
                .contains("quarkus.micrometer.binder.http-server.ignore-patterns must be a comma-separated list,"
                        + " each item a regular expression, but was /a( (item /a(: Unclosed group)\n")
                .doesNotContain("\tat ");
    }
}
