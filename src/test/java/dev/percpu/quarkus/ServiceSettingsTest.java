package dev.percpu.quarkus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.histogram.HistogramMode;
import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.SeriesSettings;
import dev.percpu.scrape.Compression;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.time.Duration;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceSettingsTest {

    @Test
    void shouldRequireTheNativeLibraryUnlessToldOtherwise() {
        assertThat(ServiceSettings.read(config(Map.of())).nativeRequired()).isTrue();
        assertThat(ServiceSettings.read(config(Map.of("percpu.native.required", "true")))
                        .nativeRequired())
                .isTrue();
        assertThat(ServiceSettings.read(config(Map.of("percpu.native.required", "false")))
                        .nativeRequired())
                .isFalse();
    }

    @Test
    void shouldHandTheRegistryWhatItIsToDo() {
        ServiceSettings settings =
                ServiceSettings.read(config(Map.of("percpu.shard.index", " MM_CID ", "percpu.native.dir", "/x")));

        assertThat(settings.registryConfig().get("percpu.shard.index")).isEqualTo("mm_cid");
        assertThat(settings.registryConfig().get("percpu.rseq.mode")).isEqualTo("auto");
        assertThat(settings.registryConfig().prometheusProperties())
                .containsEntry("io.prometheus.exporter.exemplarsOnAllMetricTypes", "false");
        assertThat(settings.registryConfig().get("prometheus.step")).isNull();
        assertThat(settings.nativeDirectory()).contains("/x");
    }

    @Test
    void shouldHandTheRegistryTheBoundsOfSeries() {
        ServiceSettings settings = ServiceSettings.read(
                config(Map.of("percpu.series.max", " 5000 ", "percpu.series.expire-after", "90m")));

        assertThat(settings.registryConfig().series()).isEqualTo(new SeriesSettings(5000, Duration.ofMinutes(90)));
        assertThat(ServiceSettings.read(config(Map.of())).registryConfig().series())
                .isEqualTo(SeriesSettings.DEFAULT);
    }

    @ParameterizedTest
    @CsvSource({
        "percpu.series.max, 0, a whole number from 1 to 2147483647",
        "percpu.series.max, 1e6, a whole number from 1 to 2147483647",
        "percpu.series.expire-after, never, 'off, or a duration of at least 1s, such as 90s, 10m, 1h or PT1H'",
        "percpu.series.expire-after, 10ms, 'off, or a duration of at least 1s, such as 90s, 10m, 1h or PT1H'",
        "percpu.series.expire-after, -1h, 'off, or a duration of at least 1s, such as 90s, 10m, 1h or PT1H'"
    })
    void shouldRefuseBoundsThatAreNone(String key, String value, String allowed) {
        assertThatThrownBy(() -> ServiceSettings.read(config(Map.of(key, value))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(key + " is \"" + value + "\"; allowed: " + allowed + ".");
    }

    @Test
    void shouldRefuseABlankFolder() {
        assertThatThrownBy(() -> ServiceSettings.read(config(Map.of("percpu.native.dir", " "))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("percpu.native.dir is \" \"; allowed: a folder that holds libpercpu.so.");
    }

    @Test
    void shouldReadEnvironmentVariablesAndPassOverThoseThatKubernetesMakes() {
        Config config = new SmallRyeConfigBuilder()
                .withSources(new EnvConfigSource(
                        Map.of("PERCPU_NATIVE_REQUIRED", "false", "PERCPU_METRICS_PORT", "tcp://10.0.0.1:8080"), 300))
                .build();

        assertThat(ServiceSettings.read(config).nativeRequired()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"maybe", "yes", "1", "", " ", "truefalse"})
    void shouldRefuseAValueThatIsNotAllowedNamingKeyValueAndWhatIs(String value) {
        assertThatThrownBy(() -> ServiceSettings.read(config(Map.of("percpu.native.required", value))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("percpu.native.required is \"" + value + "\"; allowed: true, false.")
                .hasNoCause();
    }

    @Test
    void shouldRefuseUnknownKeysNamingTheKnownOnes() {
        assertThatThrownBy(
                        () -> ServiceSettings.read(config(Map.of("percpu.nativ.required", "false", "percpu.x", "1"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("percpu.nativ.required is not a key; known: ")
                .hasMessageContaining("percpu.native.required")
                .hasMessageContaining("percpu.x is not a key;");
    }

    @Test
    void shouldHandTheRegistryTheKeysOfNativeHistogramsForAllAndForSomeMeters() {
        PerCpuConfig config = ServiceSettings.read(config(Map.of(
                        "percpu.histogram.native.schema", "2",
                        "percpu.histogram.native.mode.http.server", "Both",
                        "percpu.histogram.native.zero-threshold.http", "1e-6")))
                .registryConfig();

        assertThat(config.nativeHistogram("http.server.requests"))
                .isEqualTo(new NativeHistogramSettings(HistogramMode.BOTH, 2, 160, 1e-6));
        assertThat(config.nativeHistogram("jvm.gc.pause"))
                .isEqualTo(new NativeHistogramSettings(HistogramMode.CLASSIC, 2, 160, NativeHistogramSettings.AUTO));
    }

    @Test
    void shouldReadTheKeysOfNativeHistogramsFromTheEnvironment() {
        Config config = new SmallRyeConfigBuilder()
                .withSources(new EnvConfigSource(
                        Map.of("PERCPU_HISTOGRAM_NATIVE_MODE", "native", "PERCPU_HISTOGRAM_NATIVE_MAX_BUCKETS", "99"),
                        300))
                .build();

        NativeHistogramSettings settings =
                ServiceSettings.read(config).registryConfig().nativeHistogram("any");
        assertThat(settings.mode()).isEqualTo(HistogramMode.NATIVE);
        assertThat(settings.maxBuckets()).isEqualTo(99);
    }

    @Test
    void shouldRefuseWrongValuesOfNativeHistogramsForAllAndForSomeMeters() {
        assertThatThrownBy(() -> ServiceSettings.read(config(Map.of(
                        "percpu.histogram.native.mode", "yes",
                        "percpu.histogram.native.max-buckets.http", "many",
                        "percpu.histogram.native.modes", "both"))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("percpu.histogram.native.mode is \"yes\"; allowed: classic, native, both.")
                .hasMessageContaining(
                        "percpu.histogram.native.max-buckets.http is \"many\"; allowed: a whole number from 10 to 2000.")
                .hasMessageContaining("percpu.histogram.native.modes is not a key; known: ");
    }

    @Test
    void shouldReadHowScrapesAreAnswered() {
        assertThat(ServiceSettings.read(config(Map.of())).scrape())
                .isEqualTo(new ScrapeSettings(Compression.OFF, 4, Duration.ofSeconds(60)));
        assertThat(ServiceSettings.read(config(Map.of(
                                "percpu.scrape.compression", " Fast",
                                "percpu.scrape.max-concurrent", "1000 ",
                                "percpu.scrape.timeout", "1")))
                        .scrape())
                .isEqualTo(new ScrapeSettings(Compression.FAST, 1000, Duration.ofSeconds(1)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "percpu.scrape.compression|gzip|off, fast, default.",
                "percpu.scrape.compression|''|off, fast, default.",
                "percpu.scrape.max-concurrent|0|a whole number from 1 to 1000.",
                "percpu.scrape.max-concurrent|1001|a whole number from 1 to 1000.",
                "percpu.scrape.max-concurrent|4.5|a whole number from 1 to 1000.",
                "percpu.scrape.max-concurrent|many|a whole number from 1 to 1000.",
                "percpu.scrape.gauge-timeout|0|a whole number of milliseconds from 1 to 60000.",
                "percpu.scrape.gauge-timeout|1s|a whole number of milliseconds from 1 to 60000.",
                "percpu.scrape.timeout|0|a whole number of seconds from 1 to 3600.",
                "percpu.scrape.timeout|10s|a whole number of seconds from 1 to 3600.",
                "percpu.scrape.timeout|3601|a whole number of seconds from 1 to 3600.",
            })
    void shouldRefuseAWrongScrapeSettingNamingKeyValueAndWhatIsAllowed(String key, String value, String allowed) {
        assertThatThrownBy(() -> ServiceSettings.read(config(Map.of(key, value))))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining(key + " is \"" + value + "\"; allowed: " + allowed);
    }

    private static Config config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build();
    }
}
