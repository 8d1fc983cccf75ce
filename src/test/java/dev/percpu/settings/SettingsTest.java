package dev.percpu.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every declared setting, and so a new one as soon as it is declared. */
class SettingsTest {

    static Stream<Setting<?>> settings() {
        return Settings.ALL.stream();
    }

    static Stream<Arguments> allowed() {
        return settings()
                .flatMap(setting -> Samples.of(setting.type()).allowed().entrySet().stream()
                        .map(sample -> Arguments.of(setting, sample.getKey(), sample.getValue())));
    }

    static Stream<Arguments> rejected() {
        return settings()
                .flatMap(setting ->
                        Samples.of(setting.type()).rejected().stream().map(text -> Arguments.of(setting, text)));
    }

    @Test
    void shouldListEveryConstantOnce() {
        List<Setting<?>> constants = Arrays.stream(Settings.class.getFields())
                .filter(field ->
                        Modifier.isStatic(field.getModifiers()) && Setting.class.isAssignableFrom(field.getType()))
                .<Setting<?>>map(field -> {
                    try {
                        return (Setting<?>) Objects.requireNonNull(field.get(null));
                    } catch (IllegalAccessException e) {
                        throw new AssertionError(e);
                    }
                })
                .toList();

        assertThat(Settings.ALL).containsExactlyElementsOf(constants);
        assertThat(Settings.ALL.stream().flatMap(setting -> setting.keys().stream()))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void shouldBeDocumentedInOneLine(Setting<?> setting) {
        assertThat(setting.description())
                .endsWith(".")
                .doesNotContain("\n", "|")
                .hasSizeLessThan(250);
        assertThat(setting.allowed()).isNotBlank().doesNotContain("\n", "|");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void shouldHaveAKeyOfLowerCaseWordsOrOneThatOtherSoftwareHas(Setting<?> setting) {
        assertThat(setting.key()).matches("percpu(\\.[a-z]+(-[a-z]+)*)+|(quarkus|io\\.prometheus)\\..+");
    }

    @ParameterizedTest
    @MethodSource("settings")
    void shouldHaveTheDefaultThatItsTextSays(Setting<?> setting) {
        assertThat(Samples.comparable(setting.read(key -> null))).isEqualTo(Samples.comparable(setting.defaultValue()));
        String text = setting.defaultText();
        if (text != null) {
            assertThat(setting.parse(setting.key(), text)).isEqualTo(setting.defaultValue());
        }
    }

    @ParameterizedTest
    @MethodSource("allowed")
    void shouldReadAnAllowedValue(Setting<?> setting, String text, Object value) {
        for (String key : setting.keys()) {
            assertThat(Samples.comparable(setting.read(Map.of(key, text)::get))).isEqualTo(value);
        }
        assertThat(SettingsCheck.errors(Map.of(setting.key(), text)::get, List.of(setting.key()), name -> false))
                .isEmpty();
    }

    @ParameterizedTest
    @MethodSource("rejected")
    void shouldNameKeyAllowedValuesAndValueOfARejectedOne(Setting<?> setting, String text) {
        String shown = text.isBlank() ? "blank" : text;

        for (String key : setting.keys()) {
            String message = key + " must be " + setting.allowed() + ", but was " + shown;
            boolean isList = setting.type() instanceof SettingType.ListOf<?>;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> setting.read(Map.of(key, text)::get))
                    .withMessageMatching(Pattern.quote(message) + (isList ? " \\(item .*\\)" : ""))
                    .satisfies(
                            e -> assertThat(SettingsCheck.errors(Map.of(key, text)::get, List.of(key), name -> false))
                                    .containsExactly(e.getMessage()));
        }
    }

    @ParameterizedTest
    @MethodSource("settings")
    void shouldBeReadFromTheEnvironmentAsSmallRyeMapsIt(Setting<?> setting) {
        Samples.of(setting.type()).allowed().forEach((text, value) -> {
            var config = new SmallRyeConfigBuilder()
                    .withSources(new EnvConfigSource(Map.of(Setting.variable(setting.key()), text), 300))
                    .build();

            assertThat(Samples.comparable(
                            setting.read(key -> config.getConfigValue(key).getValue())))
                    .isEqualTo(value);
        });
    }

    @ParameterizedTest
    @MethodSource("settings")
    void shouldBeFoundByItsKeysOnly(Setting<?> setting) {
        boolean isList = setting.type() instanceof SettingType.ListOf<?>;
        for (String key : setting.keys()) {
            assertThat(Settings.find(key)).contains(setting);
            assertThat(Settings.find(key + "[0]").isPresent()).isEqualTo(isList);
            assertThat(Settings.find(key + ".http").isPresent()).isEqualTo(setting instanceof MeterSetting<?>);
            assertThat(Settings.find(key + "s")).isEmpty();
            assertThat(Settings.find(key.toUpperCase(Locale.ROOT))).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "percpu.requests.slo|5ms,soon|5ms,soon (item soon)",
                "percpu.requests.slo|soon|soon (item soon)",
                "quarkus.micrometer.binder.http-server.ignore-patterns|/a,/b(|/a,/b( (item /b(: Unclosed group)",
                "quarkus.micrometer.binder.http-server.match-patterns|/b(=/c|/b(=/c (item /b(=/c: Unclosed group)",
                "quarkus.micrometer.binder.vertx.match-patterns|/b|/b (item /b)",
            })
    void shouldNameTheItemOfAListThatIsRejected(String key, String text, String shown) {
        Setting<?> setting = Settings.find(key).orElseThrow();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> setting.read(Map.of(key, text)::get))
                .withMessage(key + " must be " + setting.allowed() + ", but was " + shown);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "percpu.native.required|maybe|auto, true or false",
                "percpu.native.dir|''|a folder that holds libpercpu.so",
                "percpu.shard.index|core|auto, cpu_id or mm_cid",
                "percpu.series.max|0|a whole number from 1 to 2147483647",
                "percpu.series.expire-after|10ms|off or a duration from 1s to 36500d (such as 30s or PT1M; a plain number is in seconds)",
                "percpu.histogram.native.zero-threshold|0|auto or a number above 0",
                "percpu.scrape.timeout|2h|a duration from 1s to 1h (such as 30s or PT1M; a plain number is in seconds)",
                "percpu.scrape.gauge-timeout|90s|a duration from 1ms to 1m (such as 30s or PT1M; a plain number is in milliseconds)",
                "percpu.requests.histogram|some|none, classic, native or both",
                "percpu.ingest.statsd.address|::1:8125|off or host:port (such as 127.0.0.1:8125 or [::1]:8125; a plain port is on 127.0.0.1)",
                "percpu.ingest.statsd.socket|''|a path of at most 107 bytes",
                "percpu.ingest.statsd.mapping|''|a path of a file",
                "percpu.ingest.receivers|65|auto or a whole number from 1 to 64",
                "percpu.ingest.receive-buffer|4MB|a size from 64K to 512M (such as 4M; a plain number is in bytes)",
            })
    void shouldSayWhatIsAllowedInWords(String key, String text, String allowed) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Settings.find(key).orElseThrow().read(Map.of(key, text)::get))
                .withMessage(key + " must be " + allowed + ", but was " + (text.isEmpty() ? "blank" : text));
    }

    @Test
    void shouldRejectADefaultThatIsNotAllowed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new Setting<>("k", Subject.SERIES, new SettingType.WholeNumber(1, 2), "3", ".").defaultValue());
        assertThatNoException()
                .isThrownBy(() ->
                        new Setting<>("k", Subject.SERIES, new SettingType.WholeNumber(1, 2), "2", ".").defaultValue());
    }
}
