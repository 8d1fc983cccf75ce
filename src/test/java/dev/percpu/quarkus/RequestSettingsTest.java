package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.settings.HistogramMode;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestSettingsTest {

    private static final String BINDER = "quarkus.micrometer.binder.http-server.";

    @Test
    void shouldHaveQuarkusDefaults() {
        RequestSettings settings = read(Map.of());

        assertThat(settings.enabled()).isTrue();
        assertThat(settings.uris().ignores("/q/openapi")).isTrue();
        assertThat(settings.uris().ignores("/query")).isFalse();
        assertThat(settings.rootPath()).isEqualTo("/");
        assertThat(settings.uris().suppress4xx()).isFalse();
        assertThat(settings.uris().maxValues()).isEqualTo(100);
        assertThat(settings.objectives()).isEmpty();
        assertThat(settings.histogram()).isEmpty();
    }

    @Test
    void shouldReadEveryKeyUnderTheNameThatQuarkusUsersKnow() {
        RequestSettings settings = read(Map.of(
                BINDER + "ignore-patterns",
                "/a/.*, /b[0-9]",
                BINDER + "match-patterns",
                "/item/\\d+=/item/custom, /x=/y=z",
                BINDER + "max-uri-tags",
                "7",
                BINDER + "suppress-non-application-uris",
                "false",
                BINDER + "suppress4xx-errors",
                "TRUE",
                "percpu.requests.enabled",
                "false",
                "percpu.requests.slo",
                "50ms, 1s,PT2M",
                "percpu.requests.histogram",
                "Classic"));

        assertThat(settings.enabled()).isFalse();
        assertThat(settings.uris().ignores("/a/1")).isTrue();
        assertThat(settings.uris().ignores("/b2/")).isTrue();
        assertThat(settings.uris().ignores("/q/openapi")).isFalse();
        assertThat(settings.uris().rewrite("/x")).isEqualTo("/y=z");
        assertThat(settings.uris().suppress4xx()).isTrue();
        assertThat(settings.uris().maxValues()).isEqualTo(7);
        assertThat(settings.objectives())
                .containsExactly(Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofMinutes(2));
        assertThat(settings.histogram()).contains(HistogramMode.CLASSIC);
    }

    @Test
    void shouldReadPatternsWhereQuarkusHadThemBefore() {
        assertThat(read(Map.of("quarkus.micrometer.binder.vertx.ignore-patterns", "/old"))
                        .uris()
                        .ignores("/old"))
                .isTrue();
        assertThat(read(Map.of(
                                "quarkus.micrometer.binder.vertx.ignore-patterns",
                                "/old",
                                BINDER + "ignore-patterns",
                                "/new"))
                        .uris()
                        .ignores("/old"))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "/, q, /q/thing, true",
        "/, /admin/x, /admin/x/y, true",
        "/app, q, /app/q/thing, true",
        "/app, q, /q/thing, false",
        "/, /, /q/thing, false",
    })
    void shouldIgnoreTheNonApplicationPathsOfQuarkus(String root, String nonApplication, String path, boolean ignored) {
        RequestSettings settings =
                read(Map.of("quarkus.http.root-path", root, "quarkus.http.non-application-root-path", nonApplication));

        assertThat(settings.uris().ignores(path)).isEqualTo(ignored);
        assertThat(settings.rootPath()).isEqualTo(root);
    }

    private static RequestSettings read(Map<String, String> properties) {
        return RequestSettings.read(properties::get);
    }
}
