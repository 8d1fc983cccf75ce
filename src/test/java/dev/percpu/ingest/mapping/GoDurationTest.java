package dev.percpu.ingest.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GoDurationTest {
    @ParameterizedTest
    @CsvSource({
        "0, PT0S",
        "0s, PT0S",
        "7ns, PT0.000000007S",
        "7us, PT0.000007S",
        "7\u00b5s, PT0.000007S",
        "7\u03bcs, PT0.000007S",
        "250ms, PT0.25S",
        "1m20s, PT80S",
        "1.5h, PT1H30M",
        ".5s, PT0.5S",
        "1.s, PT1S",
        "1h2m3s4ms, PT1H2M3.004S",
        "9223372036854775807ns, PT2562047H47M16.854775807S"
    })
    void shouldParse(String text, Duration duration) {
        assertThat(GoDuration.parse(text)).contains(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "s",
                "1d",
                "1 s",
                "1S",
                "-1s",
                ".s",
                "1s2",
                "1e3s",
                "PT1M",
                "9223372036854775808ns",
                "9999999h",
                "1ns1ns1ns1ns1ns1ns1ns1ns1ns1ns1ns1ns1ns1ns1ns1ns1ns"
            })
    void shouldRefuseOtherText(String text) {
        assertThat(GoDuration.parse(text)).isEmpty();
    }
}
