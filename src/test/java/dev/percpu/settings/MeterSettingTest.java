package dev.percpu.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MeterSettingTest {
    private static final MeterSetting<HistogramMode> MODE = Settings.HISTOGRAM_MODE;
    private static final MeterSetting<Integer> MAX_BUCKETS = Settings.HISTOGRAM_MAX_BUCKETS;

    @ParameterizedTest
    @CsvSource({
        "http.server.requests, BOTH",
        "http.server, BOTH",
        "http.servers, NATIVE",
        "http.client.requests, NATIVE",
        "http, NATIVE",
        "https, CLASSIC",
        "jvm.gc.pause, CLASSIC",
        "'', CLASSIC",
    })
    void shouldReadTheLongestKeyThatFitsTheMeter(String meter, HistogramMode mode) {
        Map<String, String> values = Map.of(
                MODE.key() + ".http", "native",
                MODE.key() + ".http.server", "both",
                MODE.key() + ".http.server.requests.more", "classic");

        assertThat(MODE.read(meter, values::get)).isEqualTo(mode);
    }

    @Test
    void shouldReadTheKeyForAllMetersLast() {
        Map<String, String> values = new HashMap<>(Map.of(MODE.key(), "both", MODE.key() + ".http", "native"));

        assertThat(MODE.read("http.server", values::get)).isEqualTo(HistogramMode.NATIVE);
        assertThat(MODE.read("jvm", values::get)).isEqualTo(HistogramMode.BOTH);
        assertThat(MODE.read(values::get)).isEqualTo(HistogramMode.BOTH);
    }

    @Test
    void shouldNameTheKeyOfARejectedValueWithTheMeter() {
        Map<String, String> values = Map.of(MAX_BUCKETS.key() + ".http", "9");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> MAX_BUCKETS.read("http.server", values::get))
                .withMessage(
                        "percpu.histogram.native.max-buckets.http must be a whole number from 10 to 2000, but was 9");
        assertThat(MAX_BUCKETS.read("jvm", values::get)).isEqualTo(160);
    }

    /** A look-up by key finds a variable whatever the underscores in its name stand for. */
    @ParameterizedTest
    @ValueSource(strings = {"my.app.requests", "my-app.requests", "my_app.requests", "myApp.requests", "myapp"})
    void shouldReadTheEnvironmentByTheNameOfTheMeter(String meter) {
        String variable = Setting.variable(MAX_BUCKETS.key() + "." + meter);
        var config = new SmallRyeConfigBuilder()
                .withSources(new EnvConfigSource(Map.of(variable, "77"), 300))
                .build();
        Function<String, @Nullable String> values =
                key -> config.getConfigValue(key).getValue();

        assertThat(MAX_BUCKETS.read(meter, values)).isEqualTo(77);
        assertThat(MAX_BUCKETS.read(meter + ".more", values)).isEqualTo(77);
        assertThat(MAX_BUCKETS.read("other", values)).isEqualTo(160);
    }
}
