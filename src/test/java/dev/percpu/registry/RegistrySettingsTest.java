package dev.percpu.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.settings.HistogramMode;
import dev.percpu.settings.Setting;
import dev.percpu.settings.Settings;
import io.micrometer.core.instrument.config.validate.Validated;
import io.micrometer.core.instrument.config.validate.ValidationException;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** How a registry reads its settings. The values of each setting are tested where the settings are declared. */
class RegistrySettingsTest {
    @TempDir
    private Path folder;

    static Stream<Setting<?>> librarySettings() {
        return Settings.ALL.stream().filter(Setting::inLibrary);
    }

    @Test
    void shouldReadTheSettingsOfTheRegistryOnly() {
        assertThat(librarySettings().map(Setting::key))
                .contains("percpu.series.max", "percpu.native.required", "percpu.scrape.gauge-timeout")
                .doesNotContain("percpu.scrape.timeout", "percpu.requests.enabled");
    }

    @ParameterizedTest
    @MethodSource("librarySettings")
    void shouldRejectAValueOfEitherKindOfConfiguration(Setting<?> setting) {
        String message = setting.key() + " must be " + setting.allowed() + ", but was blank";
        PerCpuConfig own = key -> key.equals(setting.key()) ? " " : null;
        PrometheusConfig plain = own::get;

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PerCpuMeterRegistry(own))
                .withMessage(message);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PerCpuMeterRegistry(plain))
                .withMessage(message);
    }

    @ParameterizedTest
    @MethodSource("librarySettings")
    void shouldValidateAsMicrometerDoes(Setting<?> setting) {
        PerCpuConfig config = key -> key.equals(setting.key()) ? " " : null;

        List<Validated.Invalid<?>> failures = config.validate().failures();
        assertThat(failures).singleElement().satisfies(failure -> {
            assertThat(failure.getProperty()).isEqualTo(setting.key());
            assertThat(failure.getValue()).isEqualTo(" ");
            assertThat(failure.getMessage()).isEqualTo("must be " + setting.allowed());
        });
        assertThatExceptionOfType(ValidationException.class).isThrownBy(config::requireValid);
        assertThat(PerCpuConfig.DEFAULT.validate().isValid()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("librarySettings")
    void shouldRejectAValueOfASystemProperty(Setting<?> setting) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> open(Map.of(setting.key(), " "), PerCpuConfig.DEFAULT))
                .withMessage(setting.key() + " must be " + setting.allowed() + ", but was blank");
    }

    @Test
    void shouldPreferTheConfigurationToTheSystemProperties() {
        PerCpuConfig config = Map.of("percpu.series.expire-after", "90m")::get;
        System.setProperty("percpu.series.max", "7");
        System.setProperty("percpu.series.expire-after", "soon");
        try {
            assertThat(config.series()).isEqualTo(new SeriesSettings(7, Duration.ofMinutes(90)));
        } finally {
            System.clearProperty("percpu.series.max");
            System.clearProperty("percpu.series.expire-after");
        }
        assertThat(config.series()).isEqualTo(new SeriesSettings(200_000, Duration.ofMinutes(90)));
        assertThat(PerCpuConfig.DEFAULT.series()).isEqualTo(SeriesSettings.DEFAULT);
    }

    @Test
    void shouldReadTheSettingsOfAMeter() {
        PerCpuConfig config = Map.of(
                "percpu.histogram.native.mode.http", "both",
                "percpu.histogram.native.schema", "2",
                "percpu.histogram.native.max-buckets.http.server", "10",
                "percpu.histogram.native.zero-threshold.http", "1e-6")::get;

        assertThat(config.nativeHistogram("http.server.requests"))
                .isEqualTo(new NativeHistogramSettings(HistogramMode.BOTH, 2, 10, 1e-6));
        assertThat(config.nativeHistogram("jvm.gc.pause")).isEqualTo(NativeHistogramSettings.DEFAULT.withSchema(2));
        assertThat(PerCpuConfig.DEFAULT.nativeHistogram("http")).isEqualTo(NativeHistogramSettings.DEFAULT);
    }

    /** The edges of what the keys allow are those of the Java API. */
    @ParameterizedTest
    @CsvSource({"-4, 10, 1e-300", "8, 2000, 1e300"})
    void shouldAcceptInJavaWhatTheKeysAllow(int schema, int maxBuckets, double zeroThreshold) {
        assertThat(new NativeHistogramSettings(HistogramMode.NATIVE, schema, maxBuckets, zeroThreshold))
                .isEqualTo(((PerCpuConfig) Map.of(
                                "percpu.histogram.native.mode", "native",
                                "percpu.histogram.native.schema", "" + schema,
                                "percpu.histogram.native.max-buckets", "" + maxBuckets,
                                "percpu.histogram.native.zero-threshold", "" + zeroThreshold)::get)
                        .nativeHistogram("t"));
    }

    @ParameterizedTest
    @CsvSource({"-5, 160, 0", "9, 160, 0", "5, 9, 0", "5, 2001, 0", "5, 160, -1", "5, 160, NaN", "5, 160, Infinity"})
    void shouldRejectInJavaWhatTheKeysDoNotAllow(int schema, int maxBuckets, double zeroThreshold) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new NativeHistogramSettings(HistogramMode.NATIVE, schema, maxBuckets, zeroThreshold))
                .withMessageMatching("(schema|maxBuckets|zeroThreshold) must be .*, but was .*");
    }

    @Test
    void shouldRejectASystemPropertyForSomeMetersBeforeTheFirstOfThem() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> open(Map.of("percpu.histogram.native.mode.http.server", "some"), PerCpuConfig.DEFAULT))
                .withMessage("percpu.histogram.native.mode.http.server must be classic, native or both, but was some");
    }

    @Test
    void shouldLogUnknownSystemPropertiesOnceAndStart() throws Exception {
        Finished program = run("-Dpercpu.series.maximum=5", TwoRegistries.class);

        assertThat(program.exitCode()).as(program.output()).isZero();
        assertThat(program.output())
                .containsOnlyOnce(
                        "System property percpu.series.maximum is not a known key; the most similar key is percpu.series.max");
    }

    @Test
    void shouldLoadTheLibraryFromTheFolderOfTheConfiguration() throws Exception {
        Finished program = run("-Dpercpu.native.dir=/folder/of/the/property", MissingFolder.class);

        assertThat(program.exitCode()).as(program.output()).isOne();
        assertThat(program.output())
                .contains("/folder/of/the/configuration/libpercpu.so cannot be used: there is no such readable file")
                .doesNotContain("/folder/of/the/property");
    }

    private record Finished(int exitCode, String output) {}

    /** Runs a program in a JVM of its own. */
    private Finished run(String jvmArgument, Class<?> program) throws Exception {
        Path output = folder.resolve("output.txt");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "--enable-native-access=ALL-UNNAMED",
                        jvmArgument,
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Finished(process.exitValue(), Files.readString(output));
    }

    static final class MissingFolder {
        public static void main(String[] arguments) {
            PerCpuConfig config = Map.of("percpu.native.dir", "/folder/of/the/configuration")::get;
            new PerCpuMeterRegistry(config).close();
        }
    }

    static final class TwoRegistries {
        public static void main(String[] arguments) {
            for (int i = 0; i < 2; i++) {
                new PerCpuMeterRegistry().close();
            }
        }
    }

    private static void open(Map<String, String> properties, PrometheusConfig config) {
        properties.forEach(System::setProperty);
        try {
            new PerCpuMeterRegistry(config).close();
        } finally {
            properties.keySet().forEach(System::clearProperty);
        }
    }
}
