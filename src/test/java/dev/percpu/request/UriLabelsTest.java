package dev.percpu.request;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
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
        "/t/:no/, /things, /t/{no}/things"
    })
    void shouldJoinMountPointAndRoute(String mount, String route, String joined) {
        assertThat(UriLabels.join(mount, route)).isEqualTo(joined);
    }

    @Test
    void shouldCompareWholeSegments() {
        assertThat(UriLabels.isAt("/a", "/a")).isTrue();
        assertThat(UriLabels.isAt("/a/", "/a")).isTrue();
        assertThat(UriLabels.isAt("/a/b", "/a")).isTrue();
        assertThat(UriLabels.isAt("/a", "/")).isTrue();
        assertThat(UriLabels.isAt("/ab", "/a")).isFalse();
        assertThat(UriLabels.isAt("/", "/a")).isFalse();
    }

    @Test
    void shouldTellWhatLiesBelow() {
        assertThat(UriLabels.isBelow("/static/app.js", "/static")).isTrue();
        assertThat(UriLabels.isBelow("/static", "/static")).isFalse();
        assertThat(UriLabels.isBelow("/static//", "/static")).isFalse();
        assertThat(UriLabels.isBelow("/statically", "/static")).isFalse();
    }
}
