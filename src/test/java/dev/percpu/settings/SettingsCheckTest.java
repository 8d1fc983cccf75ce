package dev.percpu.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsCheckTest {

    static Stream<Setting<?>> ownSettings() {
        return Settings.ALL.stream().filter(setting -> setting.key().startsWith("percpu."));
    }

    @ParameterizedTest
    @MethodSource("ownSettings")
    void shouldSuggestTheKeyThatWasMisspelt(Setting<?> setting) {
        for (String misspelt : misspellings(setting.key())) {
            assertThat(keys(Map.of(misspelt, "1")))
                    .containsExactly(misspelt + " is not a known key; the most similar key is " + setting.key());
        }
    }

    @ParameterizedTest
    @MethodSource("ownSettings")
    void shouldSuggestTheVariableThatWasMisspelt(Setting<?> setting) {
        String variable = Setting.variable(setting.key());

        for (String misspelt : misspellings(variable)) {
            assertThat(variables(Map.of(misspelt, "1")))
                    .containsExactly("the environment variable " + misspelt
                            + " is not a known key; the most similar key is " + variable);
        }
    }

    private static List<String> misspellings(String name) {
        int end = name.length() - 1;
        return List.of(name.substring(0, end), name + name.charAt(end), name.substring(0, end - 1) + name.charAt(end));
    }

    @ParameterizedTest
    @MethodSource("ownSettings")
    void shouldKnowTheVariableOfEachKeyInAnyCaseAndWithDots(Setting<?> setting) {
        String variable = Setting.variable(setting.key());
        Samples.of(setting.type()).allowed().keySet().forEach(text -> {
            assertThat(variables(Map.of(variable, text, setting.key(), text))).isEmpty();
            assertThat(variables(Map.of(variable.toLowerCase(Locale.ROOT), text)))
                    .isEmpty();
            assertThat(variables(Map.of(setting.key().replace('-', '.'), text))).isEmpty();
        });
    }

    @ParameterizedTest
    @CsvSource({
        "percpu.nativ.required, percpu.native.required",
        "percpu.scrape.maxConcurrent, percpu.scrape.max-concurrent",
        "percpu.scrape.max.concurrent, percpu.scrape.max-concurrent",
        "percpu.histogram.native.modes, percpu.histogram.native.mode",
        "percpu.histogram.nativ.mode.http.server.requests, percpu.histogram.native.mode",
        "percpu.histogram.native.mode.\"http.server\", percpu.histogram.native.mode",
        "percpu.histogram.native.mode., percpu.histogram.native.mode",
        "percpu.series.max[0], percpu.series.max",
        "percpu.request.slo[1], percpu.requests.slo",
        "percpu.PERCPU_SERIES_MAX, percpu.series.max",
    })
    void shouldNameTheNearestKey(String unknown, String nearest) {
        assertThat(keys(Map.of(unknown, "1")))
                .containsExactly(unknown + " is not a known key; the most similar key is " + nearest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"percpu", "percpux.y", "PERCPU.SERIES", "%dev.percpu.x", "quarkus.percpu.x", "", "per.cpu"})
    void shouldIgnoreKeysOfOtherSoftware(String name) {
        assertThat(keys(Map.of(name, "1"))).isEmpty();
        assertThat(SettingsCheck.unknownKeys(List.of(name))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PERCPU_PORT",
                "PERCPU_PORT_8080_TCP",
                "PERCPU_SERVICE_HOST",
                "PERCPU_METRICS_PORT",
                "PERCPU_METRICS_PORT_9000_TCP",
                "PERCPU_METRICS_PORT_9000_TCP_ADDR",
                "PERCPU_METRICS_PORT_9000_TCP_PORT",
                "PERCPU_METRICS_PORT_9000_TCP_PROTO",
                "PERCPU_METRICS_SERVICE_HOST",
                "PERCPU_METRICS_SERVICE_PORT",
                "PERCPU_METRICS_SERVICE_PORT_HTTP",
                "percpu.metrics.port[9000]tcp.addr",
                "PERCPU_HISTOGRAM_NATIVE_MODE_SERVICE_PORT",
                "PERCPU",
                "_PROD_PERCPU_X",
                "%prod.percpu.x",
                "XPERCPU_Y",
                "PATH",
                ""
            })
    void shouldIgnoreVariablesOfKubernetesAndOfOtherSoftware(String name) {
        assertThat(variables(Map.of(name, "tcp://10.0.0.1:8080"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "PERCPU_",
                "PERCPU_PORTS",
                "PERCPU_REPORT",
                "PERCPU_SERVICE",
                "PERCPU_SERIES_MAX_",
                "PERCPU_SERIES_MAX_0_"
            })
    void shouldRefuseVariablesThatOnlyResembleThem(String name) {
        assertThat(variables(Map.of(name, "1")))
                .singleElement()
                .satisfies(error -> assertThat(error)
                        .startsWith("the environment variable " + name
                                + " is not a known key; the most similar key is PERCPU_"));
    }

    @Test
    void shouldCheckTheValuesForSomeMeters() {
        assertThat(keys(Map.of(
                        "percpu.histogram.native.mode.http", "yes",
                        "percpu.histogram.native.mode.http.server", "both",
                        "percpu.histogram.native.max-buckets.a", "9")))
                .containsExactly(
                        "percpu.histogram.native.max-buckets.a must be a whole number from 10 to 2000, but was 9",
                        "percpu.histogram.native.mode.http must be classic, native or both, but was yes");
    }

    @Test
    void shouldCheckTheValuesForSomeMetersInTheEnvironmentOnce() {
        assertThat(variables(Map.of(
                        "PERCPU_HISTOGRAM_NATIVE_MODE_HTTP", "both",
                        "PERCPU_HISTOGRAM_NATIVE_MAX_BUCKETS_HTTP", "9",
                        "percpu.histogram.native.max.buckets.http", "9")))
                .containsExactly(
                        "PERCPU_HISTOGRAM_NATIVE_MAX_BUCKETS_HTTP must be a whole number from 10 to 2000, but was 9");
    }

    @Test
    void shouldKnowTheItemsOfLists() {
        assertThat(keys(Map.of("percpu.requests.slo[0]", "1s", "percpu.requests.slo[12]", "2s")))
                .isEmpty();
        assertThat(variables(Map.of("PERCPU_REQUESTS_SLO_0_", "1s", "percpu.requests.slo[0]", "1s")))
                .isEmpty();
    }

    @Test
    void shouldNameEveryErrorOnceInTheOrderOfTheDeclarations() {
        Map<String, String> values = new HashMap<>(Map.of("percpu.y", "1", "percpu.x", "1"));
        values.put("percpu.scrape.timeout", "2h");
        values.put("percpu.series.max", "0");

        List<String> errors = keys(values);

        assertThat(errors).hasSize(4);
        assertThat(errors.get(0)).startsWith("percpu.series.max must be");
        assertThat(errors.get(1)).startsWith("percpu.scrape.timeout must be");
        assertThat(errors.get(2)).startsWith("percpu.x is not");
        assertThat(errors.get(3)).startsWith("percpu.y is not");
    }

    @Test
    void shouldListUnknownKeysWithoutAnyValues() {
        assertThat(SettingsCheck.unknownKeys(List.of(
                        "java.home", "percpu.series.maxx", "percpu.series.max", "percpu.histogram.native.mode.a")))
                .containsExactly("percpu.series.maxx is not a known key; the most similar key is percpu.series.max");
    }

    private static List<String> keys(Map<String, String> values) {
        return SettingsCheck.errors(values::get, values.keySet(), name -> false);
    }

    private static List<String> variables(Map<String, String> values) {
        return SettingsCheck.errors(values::get, values.keySet(), name -> true);
    }
}
