package dev.percpu.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.scrape.AcceptHeader.MediaRange;
import dev.percpu.scrape.HeaderScanner.MalformedHeaderException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptHeaderTest {

    @Test
    void shouldParseRangesParametersAndWeights() throws MalformedHeaderException {
        List<MediaRange> ranges =
                AcceptHeader.parse("Text/Plain; Version=0.0.4 ;q=0.25,\t*/* , application/*;q=1.000;a=\"b\\\"c;,\"");

        assertThat(ranges)
                .containsExactly(
                        new MediaRange("text", "plain", Map.of("version", "0.0.4"), 250),
                        new MediaRange("*", "*", Map.of(), 1000),
                        new MediaRange("application", "*", Map.of("a", "b\"c;,"), 1000));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "0., 0",
        "0.5, 500",
        "0.05, 50",
        "0.005, 5",
        ".2, 200",
        ".005, 5",
        "1, 1000",
        "1., 1000",
        "1.0, 1000"
    })
    void shouldParseWeightsInThousandths(String weight, int permille) throws MalformedHeaderException {
        assertThat(AcceptHeader.parse("a/b;q=" + weight)).singleElement().returns(permille, MediaRange::permille);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", ",", " , ,", "a/b,,c/d", ",a/b", "a/b,", "a/b;", "a/b;;q=1"})
    void shouldSkipEmptyElements(String header) throws MalformedHeaderException {
        assertThat(AcceptHeader.parse(header))
                .allSatisfy(range -> assertThat(range.permille()).isEqualTo(1000));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                ";;;|1",
                "text|5",
                "text/|6",
                "/plain|1",
                "*/plain|1",
                "*/|3",
                "* /*|3",
                "a/b;q=.|7",
                "a/b;q=.0001|7",
                "text plain|5",
                "text/plain text/html|12",
                "text/plain;version|19",
                "text/plain;version=|20",
                "text/plain;=1|12",
                "text/plain;a=\"b|16",
                "a/b;q=2|7",
                "a/b;q=1.1|7",
                "a/b;q=-1|7",
                "a/b;q=0.0001|7",
                "a/b;q=high|7",
                "a/b, \u00fc/d|6",
                "a/b\u0000c|4",
            })
    void shouldReportTheFirstInvalidCharacter(String header, int character) {
        assertThatThrownBy(() -> AcceptHeader.parse(header))
                .isInstanceOf(MalformedHeaderException.class)
                .hasMessageStartingWith("The header Accept must have ")
                .hasMessageEndingWith(" at character " + character + ".");
    }
}
