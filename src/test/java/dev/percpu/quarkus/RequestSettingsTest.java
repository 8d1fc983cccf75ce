package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.request.route.HistogramKind;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestSettingsTest {

    private static final String BINDER = "quarkus.micrometer.binder.http-server.";

    private final List<String> complaints = new ArrayList<>();

    @Test
    void shouldHaveQuarkusDefaults() {
        RequestSettings settings = read(Map.of());

        assertThat(complaints).isEmpty();
        assertThat(settings.enabled()).isTrue();
        assertThat(settings.uris().ignores("/q/openapi")).isTrue();
        assertThat(settings.uris().ignores("/query")).isFalse();
        assertThat(settings.rootPath()).isEqualTo("/");
        assertThat(settings.uris().suppress4xx()).isFalse();
        assertThat(settings.uris().maxValues()).isEqualTo(100);
        assertThat(settings.objectives()).isEmpty();
        assertThat(settings.histogram()).isEqualTo(HistogramKind.NONE);
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

        assertThat(complaints).isEmpty();
        assertThat(settings.enabled()).isFalse();
        assertThat(settings.uris().ignores("/a/1")).isTrue();
        assertThat(settings.uris().ignores("/b2/")).isTrue();
        assertThat(settings.uris().ignores("/q/openapi")).isFalse();
        assertThat(settings.uris().rewrite("/x")).isEqualTo("/y=z");
        assertThat(settings.uris().suppress4xx()).isTrue();
        assertThat(settings.uris().maxValues()).isEqualTo(7);
        assertThat(settings.objectives())
                .containsExactly(Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofMinutes(2));
        assertThat(settings.histogram()).isEqualTo(HistogramKind.CLASSIC);
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
    void shouldKnowWhereQuarkusServesWhatIsNotTheApplications(
            String root, String nonApplication, String path, boolean ignored) {
        RequestSettings settings =
                read(Map.of("quarkus.http.root-path", root, "quarkus.http.non-application-root-path", nonApplication));

        assertThat(settings.uris().ignores(path)).isEqualTo(ignored);
        assertThat(settings.rootPath()).isEqualTo(root);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "quarkus.micrometer.binder.http-server.max-uri-tags|0|a whole number from 1",
                "quarkus.micrometer.binder.http-server.max-uri-tags|many|a whole number from 1",
                "quarkus.micrometer.binder.http-server.suppress4xx-errors|maybe|true, false",
                "quarkus.micrometer.binder.http-server.suppress-non-application-uris|1|true, false",
                "quarkus.micrometer.binder.http-server.ignore-patterns|/a(|regular expressions (Unclosed group)",
                "quarkus.micrometer.binder.http-server.match-patterns|/a|regular-expression=value",
                "quarkus.micrometer.binder.http-server.match-patterns|/a(=/b|regular-expression=value",
                "quarkus.micrometer.binder.http-server.match-patterns|=/b|regular-expression=value",
                "percpu.requests.enabled|on|true, false",
                "percpu.requests.slo|-5ms|durations above 0",
                "percpu.requests.slo|0s|durations above 0",
                "percpu.requests.slo|soon|durations above 0",
                "percpu.requests.histogram|some|none, classic, native, both",
            })
    void shouldNameKeyValueAndWhatIsAllowed(String key, String value, String allowed) {
        read(Map.of(key, value));

        assertThat(complaints)
                .singleElement()
                .satisfies(complaint -> assertThat(complaint)
                        .startsWith(key + " is \"" + value + "\"; allowed: ")
                        .contains(allowed));
    }

    private RequestSettings read(Map<String, String> properties) {
        return RequestSettings.read(
                new SmallRyeConfigBuilder()
                        .withSources(new PropertiesConfigSource(properties, "test", 100))
                        .build(),
                complaints::add);
    }
}
