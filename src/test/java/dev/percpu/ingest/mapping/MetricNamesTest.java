package dev.percpu.ingest.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MetricNamesTest {
    @ParameterizedTest
    @CsvSource({
        "plain_NAME9, plain_NAME9",
        "9lives, _9lives",
        "9.lives, _9_lives",
        "a--b, a_b",
        "a-----b-c, a_b_c",
        "a-.-b, a___b",
        "-, _",
        "a.b.c, a_b_c",
        "a.*.b, a___b",
        "web-server:80, web_server_80",
        "_, _",
        "__name__, __name__",
        "\u00e4\u00f6, __",
        "a\uD83D\uDE00b, a_b",
        "a\uD83Db, a_b",
        "'', ''"
    })
    void shouldEscape(String name, String escaped) {
        assertThat(MetricNames.escape(name)).isEqualTo(escaped);
    }
}
