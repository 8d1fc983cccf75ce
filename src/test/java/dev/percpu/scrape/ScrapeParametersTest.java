package dev.percpu.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScrapeParametersTest {
    private static final Duration MAX = Duration.ofSeconds(60);

    @ParameterizedTest
    @CsvSource({
        "10,PT10S",
        "0.5,PT0.5S",
        "59.999,PT59.999S",
        "1e-9,PT0.000000001S",
        "1e-300,PT0.000000001S",
        "2.5e1,PT25S"
    })
    void shouldReturnTheTimeoutOfTheClient(String seconds, Duration timeout) {
        assertThat(ScrapeParameters.timeout(seconds, MAX)).isEqualTo(timeout);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                " ",
                "soon",
                "10s",
                "1,5",
                "NaN",
                "-1",
                "-0.0",
                "0",
                "Infinity",
                "-Infinity",
                "60",
                "60.1",
                "1e300",
                "1e999"
            })
    void shouldReturnTheMaximumForAnInvalidOrLongerTimeout(String seconds) {
        assertThat(ScrapeParameters.timeout(seconds, MAX)).isEqualTo(MAX);
    }

    @Test
    void shouldReturnTheFamiliesOfSamples() {
        assertThat(ScrapeParameters.families(
                        List.of("a_total", "b_seconds_bucket", "c_info", "d_gcount", "e_max", "f")))
                .containsExactlyInAnyOrder(
                        "a_total", "a", "b_seconds_bucket", "b_seconds", "c_info", "c", "d_gcount", "d", "e_max", "f");
        assertThat(ScrapeParameters.families(List.of("a_count", "b_sum", "c_created", "d_gsum")))
                .contains("a", "b", "c", "d");
    }
}
