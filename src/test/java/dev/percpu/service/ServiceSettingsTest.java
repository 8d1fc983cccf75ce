package dev.percpu.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.meter.HistogramMode;
import dev.percpu.meter.NativeHistogramSettings;
import dev.percpu.meter.PerCpuConfig;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;
import org.eclipse.microprofile.config.Config;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
        assertThat(settings.registryConfig().get("prometheus.step")).isNull();
        assertThat(settings.nativeDirectory()).contains("/x");
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

    private static Config config(Map<String, String> properties) {
        return new SmallRyeConfigBuilder()
                .withSources(new PropertiesConfigSource(properties, "test", 100))
                .build();
    }
}
