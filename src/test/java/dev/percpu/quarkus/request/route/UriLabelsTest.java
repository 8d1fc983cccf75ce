package dev.percpu.quarkus.request.route;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UriLabelsTest {

    @ParameterizedTest
    @CsvSource({"'', /", "/, /", "///, /", "items, /items", "/items, /items", "//items//, /items", "/a//b/, /a//b"})
    void shouldNormalizeSlashesAtBothEnds(String path, String normalized) {
        assertThat(UriLabels.normalize(path)).isEqualTo(normalized);
        assertThat(UriLabels.isRoot(path)).isEqualTo(normalized.equals("/"));
    }

    @ParameterizedTest
    @CsvSource({
        "/items/:id, /items/{id}",
        "/:a/:b/, /{a}/{b}",
        "/files/:name/*, /files/{name}/*",
        "/at/12:30, /at/12:30"
    })
    void shouldConvertVertxRoutesToTemplates(String route, String template) {
        assertThat(UriLabels.template(route)).isEqualTo(template);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/, /things, /api/things",
        "/api, /apis, /api/apis",
        "/, /things, /things",
        "/api/, /, /api",
        "/t/:no/, /things, /t/:no/things"
    })
    void shouldJoinMountPointAndRoute(String mount, String route, String joined) {
        assertThat(UriLabels.join(mount, route)).isEqualTo(joined);
    }

    @ParameterizedTest
    @CsvSource({
        "/a, /a, EXACT",
        "/a/, /a, EXACT",
        "/a//, /a, EXACT",
        "//a, /a, EXACT",
        "/a//b, /a/b/, EXACT",
        "/a/b, /a, BELOW",
        "/a, /, BELOW",
        "//, /, EXACT",
        "/ab, /a, NONE",
        "/a, /ab, NONE",
        "/, /a, NONE",
        "/a, /a/b, NONE",
        "/items/7, /items/:id, EXACT",
        "/items/7/x, /items/:id, BELOW",
        "/items, /items/:id, NONE",
        "/items/, /items/:id, NONE",
        "/other/7, /items/:id, NONE",
        "/t/7/inside, /t/:no/inside, EXACT",
        "/t/7/outside, /t/:no/inside, NONE",
        "/from/a-b, /from/:x-:y, EXACT",
    })
    void shouldMatchAPathWithARoute(String path, String route, UriLabels.PathMatch match) {
        assertThat(UriLabels.match(path, route)).isEqualTo(match);
    }
}
