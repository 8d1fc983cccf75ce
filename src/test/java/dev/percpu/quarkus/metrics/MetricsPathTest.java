package dev.percpu.quarkus.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricsPathTest {
    private static Config config(Map<String, String> values) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(values, "test", 100))
                .build();
    }

    @ParameterizedTest
    @CsvSource({"/q, /q/metrics", "/ops/, /ops/metrics", "ops, /ops/metrics", "/, /metrics"})
    void shouldFollowTheRootOfTheManagementPort(String root, String path) {
        Config config = config(Map.of("quarkus.management.enabled", "true", "quarkus.management.root-path", root));

        assertThat(MetricsPath.ofManagementPort(config)).isEqualTo(path);
        assertThat(MetricsPath.ofApplicationPort(config)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/, q, /q/metrics",
        "/app, q, /q/metrics",
        "/app, /app/ops, /ops/metrics",
        "app, /app/ops, /ops/metrics",
        "/app, /app, /metrics",
        "/app, /apps, /apps/metrics",
        "/, /ops, /ops/metrics"
    })
    void shouldFollowTheRootsOfTheApplicationPortWithoutAManagementPort(String root, String ownRoot, String path) {
        Config config = config(Map.of(
                "quarkus.management.enabled", "false",
                "quarkus.http.root-path", root,
                "quarkus.http.non-application-root-path", ownRoot));

        assertThat(MetricsPath.ofApplicationPort(config)).isEqualTo(path);
    }

    @ParameterizedTest
    @CsvSource({"/app, /ops, true", "/app, /apps, true", "/app, /app/ops, false", "/app, ops, false", "/, /ops, false"})
    void shouldFindAPathOutsideOfTheRoot(String root, String ownRoot, boolean expected) {
        Map<String, String> paths =
                Map.of("quarkus.http.root-path", root, "quarkus.http.non-application-root-path", ownRoot);

        assertThat(MetricsPath.isApartFromHealth(config(paths))).isEqualTo(expected);
    }

    @Test
    void shouldUseTheDefaultsOfQuarkus() {
        assertThat(MetricsPath.ofManagementPort(config(Map.of()))).isEqualTo("/q/metrics");
        assertThat(MetricsPath.ofApplicationPort(config(Map.of()))).isEqualTo("/q/metrics");
    }
}
