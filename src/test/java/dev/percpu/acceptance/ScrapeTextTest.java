package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;

class ScrapeTextTest {

    @Test
    void shouldIdentifySeriesByNameAndLabelsInAnyOrder() {
        String scrape = """
                # HELP a_total Things.
                # TYPE a_total counter
                a_total{x="1",y="2"} 3.0
                a_total{x="1",y="3"} 3.0
                b 1
                a_total{y="2",x="1"} 4.0
                b{} 2
                """;

        assertThat(ScrapeText.duplicates(scrape))
                .containsExactly(
                        new ScrapeText.Series("a_total", Map.of("x", "1", "y", "2")),
                        new ScrapeText.Series("b", Map.of()));
    }

    @Test
    void shouldParseQuotesBracesAndCommasInValues() {
        String scrape = "a{x=\"\\\"} 1,y=\\\\\",z=\"{\"} 1\na{x=\"\\\"} 2,y=\\\\\",z=\"{\"} 1\n";

        assertThat(ScrapeText.series(scrape)).hasSize(2).doesNotHaveDuplicates();
    }

    @Test
    void shouldRejectLinesThatAreNoSamples() {
        assertThatThrownBy(() -> ScrapeText.series("a{x=\"1\" 2")).hasMessageContaining("a{x=\"1\" 2");
        assertThatThrownBy(() -> ScrapeText.series("alone")).hasMessageContaining("alone");
    }
}
