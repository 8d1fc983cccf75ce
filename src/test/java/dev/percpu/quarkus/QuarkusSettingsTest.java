package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.SeriesSettings;
import dev.percpu.settings.Compression;
import dev.percpu.settings.HistogramMode;
import dev.percpu.settings.NativeRequirement;
import dev.percpu.settings.Setting;
import dev.percpu.settings.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How Quarkus' configuration reaches the settings. The values of each setting are tested where the settings are declared. */
class QuarkusSettingsTest {

    static Stream<Setting<?>> settings() {
        return Settings.ALL.stream();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void shouldReadTheDefaultWithoutAnyConfiguration(Setting<?> setting) {
        assertThat(file(Map.of()).get(setting)).isEqualTo(setting.defaultValue());
        assertThat(environment(Map.of()).get(setting)).isEqualTo(setting.defaultValue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "maybe", "${no.such.key}"})
    void shouldRejectAValueNamingKeyAllowedValuesAndValue(String value) {
        assertThatThrownBy(() -> file(Map.of("percpu.native.required", value)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageMatching("The configuration is invalid\\.\n"
                        + "  percpu\\.native\\.required must be auto, true or false, but was "
                        + (value.isBlank() ? "blank" : Pattern.quote(value)))
                .hasNoCause();
    }

    @Test
    void shouldExpandExpressions() {
        assertThat(file(Map.of("percpu.series.max", "${limit}", "limit", "5")).get(Settings.SERIES_MAX))
                .isEqualTo(5);
        assertThat(file(Map.of("percpu.series.max", "${limit:6}")).get(Settings.SERIES_MAX))
                .isEqualTo(6);
    }

    @Test
    void shouldReportEveryErrorOnALineOfItsOwn() {
        assertThatThrownBy(() -> file(Map.of(
                        "percpu.nativ.required", "false",
                        "percpu.x", "1",
                        "percpu.scrape.timeout", "2h",
                        "percpu.histogram.native.max-buckets.http", "many",
                        "quarkus.micrometer.binder.http-server.max-uri-tags", "0")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("""
                        The configuration is invalid.
                          percpu.scrape.timeout must be a duration from 1s to 1h (such as 30s or PT1M; a plain number is in seconds), but was 2h
                          quarkus.micrometer.binder.http-server.max-uri-tags must be a whole number from 1 to 2147483647, but was 0
                          percpu.histogram.native.max-buckets.http must be a whole number from 10 to 2000, but was many
                          percpu.nativ.required is not a known key; the most similar key is percpu.native.required
                          percpu.x is not a known key; the most similar key is percpu.rseq.mode""");
    }

    @Test
    void shouldReadTheEnvironment() {
        QuarkusSettings settings = environment(Map.of(
                "PERCPU_NATIVE_REQUIRED", "false",
                "PERCPU_SCRAPE_MAX_CONCURRENT", "9",
                "PERCPU_REQUESTS_SLO_0_", "1s",
                "PERCPU_REQUESTS_SLO_1_", "2s",
                "PERCPU_METRICS_PORT", "tcp://10.0.0.1:8080",
                "PERCPU_METRICS_PORT_9000_TCP_ADDR", "10.0.0.1",
                "PERCPU_METRICS_SERVICE_HOST", "10.0.0.1"));

        assertThat(settings.get(Settings.NATIVE_REQUIRED)).isEqualTo(NativeRequirement.FALSE);
        assertThat(settings.scrape().maxConcurrent()).isEqualTo(9);
        assertThat(settings.requests().objectives()).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
    }

    @ParameterizedTest
    @CsvSource({
        "PERCPU_NATIV_REQUIRED, PERCPU_NATIVE_REQUIRED",
        "PERCPU_SCRAPE_MAXCONCURRENT, PERCPU_SCRAPE_MAX_CONCURRENT",
        "percpu_series_maximum, PERCPU_SERIES_MAX",
        "_TEST_PERCPU_SERIES_MAXI, PERCPU_SERIES_MAX",
    })
    void shouldRejectAnUnknownVariableNamingTheNearest(String variable, String nearest) {
        String unprofiled = variable.replace("_TEST_", "").toUpperCase(java.util.Locale.ROOT);

        assertThatThrownBy(() -> environment(Map.of(variable, "1")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessage("The configuration is invalid.\n  the environment variable " + unprofiled
                        + " is not a known key; the most similar key is " + nearest);
    }

    @Test
    void shouldIgnoreTheKeysOfOtherProfiles() {
        Map<String, String> values = Map.of("%prod.percpu.series.maxi", "1", "%test.percpu.series.max", "3");

        assertThat(file(values).get(Settings.SERIES_MAX)).isEqualTo(3);
        assertThat(environment(Map.of("_PROD_PERCPU_SERIES_MAXI", "1", "_TEST_PERCPU_SERIES_MAX", "3"))
                        .get(Settings.SERIES_MAX))
                .isEqualTo(3);
    }

    @Test
    void shouldCheckAKeyOfAFileAsItIsWrittenAlthoughAVariableResemblesIt() {
        var config = new SmallRyeConfigBuilder()
                .withSources(
                        new EnvConfigSource(Map.of("PERCPU_SCRAPE_MAX_CONCURRENT", "9"), 300),
                        new PropertiesConfigSource(Map.of("percpu.scrape.max.concurrent", "8"), "test", 400))
                .build();

        assertThatThrownBy(() -> QuarkusSettings.read(config))
                .hasMessageContaining(
                        "percpu.scrape.max.concurrent is not a known key; the most similar key is percpu.scrape.max-concurrent");
    }

    @Test
    void shouldReadListsInOnePieceAndItemByItem() {
        Pattern pattern = file(Map.of("quarkus.micrometer.binder.http-server.ignore-patterns[0]", "/a\\d{1,2}"))
                .get(Settings.REQUESTS_IGNORE_PATTERNS)
                .getFirst();

        assertThat(pattern.matcher("/a12").matches()).isTrue();
        assertThat(file(Map.of("percpu.requests.slo", "1s, 2s")).get(Settings.REQUESTS_SLO))
                .containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
        assertThat(file(Map.of("percpu.requests.slo", "")).get(Settings.REQUESTS_SLO))
                .isEmpty();
        assertThatThrownBy(() -> file(Map.of("percpu.requests.slo[0]", "1s", "percpu.requests.slo[1]", "soon")))
                .hasMessageContaining("percpu.requests.slo must be ")
                .hasMessageContaining(", but was 1s,soon (item soon)");
    }

    @Test
    void shouldSplitListsAsQuarkusDoes() {
        for (String text : new String[] {"/a,/b", "/a\\,b", "/a\\\\d+", "/a\\d+", ",/a,,/b,", "/a, /b"}) {
            var config = new SmallRyeConfigBuilder()
                    .withSources(new PropertiesConfigSource(
                            Map.of(Settings.REQUESTS_IGNORE_PATTERNS.key(), text), "test", 100))
                    .build();

            assertThat(QuarkusSettings.read(config).get(Settings.REQUESTS_IGNORE_PATTERNS))
                    .extracting(Pattern::pattern)
                    .containsExactlyElementsOf(
                            config.getValues(Settings.REQUESTS_IGNORE_PATTERNS.key(), String.class).stream()
                                    .map(String::strip)
                                    .toList());
        }
    }

    @Test
    void shouldConfigureTheRegistry() {
        QuarkusSettings settings = file(Map.of(
                "percpu.shard.index", " MM_CID ",
                "percpu.native.dir", "/x",
                "percpu.series.max", " 5000 ",
                "percpu.series.expire-after", "90m",
                "percpu.scrape.timeout", "5s",
                "prometheus.step", "PT1M"));
        PerCpuConfig config = settings.registryConfig();

        assertThat(config.series()).isEqualTo(new SeriesSettings(5000, Duration.ofMinutes(90)));
        assertThat(config.get("percpu.shard.index")).isEqualTo(" MM_CID ");
        assertThat(config.get("percpu.rseq.mode")).isNull();
        assertThat(config.get("percpu.scrape.timeout")).isNull();
        assertThat(config.get("prometheus.step")).isNull();
        assertThat(config.prometheusProperties())
                .containsEntry("io.prometheus.exporter.exemplarsOnAllMetricTypes", "false");
        assertThat(settings.get(Settings.NATIVE_DIR)).contains(Path.of("/x"));
        assertThat(file(Map.of()).registryConfig().series()).isEqualTo(SeriesSettings.DEFAULT);
        assertThat(file(Map.of("io.prometheus.exporter.exemplarsOnAllMetricTypes", "TRUE"))
                        .registryConfig()
                        .prometheusProperties())
                .containsEntry("io.prometheus.exporter.exemplarsOnAllMetricTypes", "true");
    }

    @Test
    void shouldConfigureNativeHistogramsForAllAndForSomeMeters() {
        PerCpuConfig config = file(Map.of(
                        "percpu.histogram.native.schema", "2",
                        "percpu.histogram.native.mode.http.server", "Both",
                        "percpu.histogram.native.zero-threshold.http", "1e-6"))
                .registryConfig();

        assertThat(config.nativeHistogram("http.server.requests"))
                .isEqualTo(new NativeHistogramSettings(HistogramMode.BOTH, 2, 160, 1e-6));
        assertThat(config.nativeHistogram("jvm.gc.pause"))
                .isEqualTo(new NativeHistogramSettings(HistogramMode.CLASSIC, 2, 160, NativeHistogramSettings.AUTO));
    }

    @Test
    void shouldConfigureNativeHistogramsFromTheEnvironment() {
        PerCpuConfig config = environment(Map.of(
                        "PERCPU_HISTOGRAM_NATIVE_MODE", "native",
                        "PERCPU_HISTOGRAM_NATIVE_MAX_BUCKETS", "99",
                        "PERCPU_HISTOGRAM_NATIVE_MAX_BUCKETS_MY_APP", "77"))
                .registryConfig();

        assertThat(config.nativeHistogram("any"))
                .isEqualTo(NativeHistogramSettings.DEFAULT
                        .withMode(HistogramMode.NATIVE)
                        .withMaxBuckets(99));
        assertThat(config.nativeHistogram("my_app.requests").maxBuckets()).isEqualTo(77);
        assertThat(config.nativeHistogram("my.app").maxBuckets()).isEqualTo(77);
        assertThatThrownBy(() -> environment(Map.of("PERCPU_HISTOGRAM_NATIVE_MAX_BUCKETS_MY_APP", "7")))
                .hasMessage("The configuration is invalid.\n  PERCPU_HISTOGRAM_NATIVE_MAX_BUCKETS_MY_APP must be"
                        + " a whole number from 10 to 2000, but was 7");
    }

    @Test
    void shouldReadHowScrapesAreServed() {
        assertThat(file(Map.of()).scrape()).isEqualTo(new ScrapeSettings(Compression.OFF, 4, Duration.ofSeconds(60)));
        assertThat(file(Map.of(
                                "percpu.scrape.compression", " Fast",
                                "percpu.scrape.max-concurrent", "1000 ",
                                "percpu.scrape.timeout", "1"))
                        .scrape())
                .isEqualTo(new ScrapeSettings(Compression.FAST, 1000, Duration.ofSeconds(1)));
        assertThat(file(Map.of("percpu.scrape.timeout", "1500ms")).scrape().timeout())
                .isEqualTo(Duration.ofMillis(1500));
    }

    private static QuarkusSettings file(Map<String, String> properties) {
        return QuarkusSettings.read(new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withProfile("test")
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build());
    }

    private static QuarkusSettings environment(Map<String, String> variables) {
        return QuarkusSettings.read(new SmallRyeConfigBuilder()
                .addDefaultInterceptors()
                .withProfile("test")
                .withSources(new EnvConfigSource(variables, 300))
                .build());
    }
}
