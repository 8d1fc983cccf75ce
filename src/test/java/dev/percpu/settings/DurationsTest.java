package dev.percpu.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.percpu.settings.Durations.Unit;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "30s, PT30S",
        "250ms, PT0.25S",
        "5m, PT5M",
        "5M, PT5M",
        "1h, PT1H",
        "2d, PT48H",
        "7us, PT0.000007S",
        "7ns, PT0.000000007S",
        "0s, PT0S",
        "1.5s, PT1.5S",
        "0.5ms, PT0.0005S",
        "1h30m, PT90M",
        "1 h 30 m, PT90M",
        "1m1s1ms, PT1M1.001S",
        "PT1M, PT1M",
        "pt1m, PT1M",
        "P1D, PT24H",
        "PT-1S, PT-1S",
        "9223372036854775807s, PT2562047788015215H30M7S",
    })
    void shouldParse(String text, Duration duration) {
        assertThat(Durations.parse(text, Unit.S)).isEqualTo(duration);
        assertThat(Durations.parse(text, Unit.MS)).isEqualTo(duration);
    }

    @ParameterizedTest
    @CsvSource({"60, S, PT1M", "250, MS, PT0.25S", "007, NS, PT0.000000007S", "0, D, PT0S"})
    void shouldGiveAPlainNumberItsUnit(String text, Unit unit, Duration duration) {
        assertThat(Durations.parse(text, unit)).isEqualTo(duration);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "s",
                "soon",
                "5x",
                "5 weeks",
                "-5s",
                "+5s",
                "1.s",
                ".5s",
                "1e3s",
                "1,5s",
                "1s,",
                "s1",
                "1s 2",
                "1.5",
                "-1",
                "P",
                "PT",
                "P1M",
                "PT5",
                "5PT1M",
                "9223372036854775808s",
                "99999999999999999999d",
                "\u0665s"
            })
    void shouldRejectInvalidDurations(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Durations.parse(text, Unit.S));
    }

    @Test
    void shouldRejectAPlainNumberThatIsTooLong() {
        assertThatIllegalArgumentException().isThrownBy(() -> Durations.parse("9".repeat(30), Unit.D));
    }

    @ParameterizedTest
    @CsvSource({
        "PT1S, 1s",
        "PT90S, 90s",
        "PT1H, 1h",
        "PT60M, 1h",
        "PT876000H, 36500d",
        "PT0.001S, 1ms",
        "PT0.000000001S, 1ns",
        "PT1M30.5S, 90500ms"
    })
    void shouldFormatInTheLargestUnit(Duration duration, String text) {
        assertThat(Durations.format(duration)).isEqualTo(text);
        assertThat(Durations.parse(text, Unit.S)).isEqualTo(duration);
    }
}
