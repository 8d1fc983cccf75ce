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
    void shouldWriteParametersOfVertxRoutesAsTemplates(String route, String template) {
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
        "/a, /a, AT",
        "/a/, /a, AT",
        "/a//, /a, AT",
        "//a, /a, AT",
        "/a//b, /a/b/, AT",
        "/a/b, /a, BELOW",
        "/a, /, BELOW",
        "//, /, AT",
        "/ab, /a, ELSEWHERE",
        "/a, /ab, ELSEWHERE",
        "/, /a, ELSEWHERE",
        "/a, /a/b, ELSEWHERE",
        "/items/7, /items/:id, AT",
        "/items/7/x, /items/:id, BELOW",
        "/items, /items/:id, ELSEWHERE",
        "/items/, /items/:id, ELSEWHERE",
        "/other/7, /items/:id, ELSEWHERE",
        "/t/7/inside, /t/:no/inside, AT",
        "/t/7/outside, /t/:no/inside, ELSEWHERE",
        "/from/a-b, /from/:x-:y, AT",
    })
    void shouldTellWhereAPathLiesSeenFromARoute(String path, String route, UriLabels.PathMatch place) {
        assertThat(UriLabels.place(path, route)).isEqualTo(place);
    }
}
