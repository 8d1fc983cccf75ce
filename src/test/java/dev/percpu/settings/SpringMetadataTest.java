package dev.percpu.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Generates Spring Boot's configuration metadata from the declared settings, and compares it with the committed file. Editors read it.
 *
 * <p>{@code make test TEST=SpringMetadataTest ARGS=-Dupdate} writes the file.
 */
class SpringMetadataTest {
    private static final Path FILE = Path.of("src/main/resources/META-INF/spring-configuration-metadata.json");

    private final ObjectMapper json = new ObjectMapper();

    @Test
    void shouldEqualTheCommittedFile() throws IOException {
        String generated = json.writerWithDefaultPrettyPrinter().writeValueAsString(metadata()) + "\n";
        if (System.getProperty("update") != null) {
            Files.writeString(FILE, generated);
        }

        assertThat(FILE)
                .as("the metadata; make test TEST=SpringMetadataTest ARGS=-Dupdate writes it")
                .hasContent(generated);
    }

    @ParameterizedTest
    @CsvSource({
        "percpu.metrics.enabled, java.lang.Boolean, true",
        "percpu.series.max, java.lang.Integer, 200000",
        "percpu.series.expire-after, java.lang.String, off",
        "percpu.scrape.gauge-timeout, java.time.Duration, 1s",
        "percpu.native.dir, java.io.File,",
        "percpu.rseq.mode, java.lang.String, auto"
    })
    void shouldHaveTypeAndDefaultOfASetting(String key, String type, String defaultValue) {
        ObjectNode property = property(Settings.find(key).orElseThrow());

        assertThat(property.path("type").asText()).isEqualTo(type);
        assertThat(property.path("defaultValue").asText("")).isEqualTo(defaultValue == null ? "" : defaultValue);
        assertThat(property.path("description").asText()).doesNotContain("`").endsWith(".");
    }

    @Test
    void shouldListOnlyKeysThatHaveAnEffect() {
        List<String> names = metadata().path("properties").findValuesAsText("name");

        assertThat(names)
                .contains("percpu.metrics.enabled", "percpu.histogram.native.mode")
                .doesNotContain("percpu.scrape.timeout", "percpu.requests.slo");
    }

    private ObjectNode metadata() {
        ObjectNode metadata = json.createObjectNode();
        ArrayNode properties = metadata.putArray("properties");
        ArrayNode hints = metadata.putArray("hints");
        for (Setting<?> setting : Settings.ALL) {
            if (setting.inLibrary() || setting.subject().applications() == Subject.Applications.SPRING_BOOT) {
                properties.add(property(setting));
                List<String> words = words(setting.type());
                if (!words.isEmpty()) {
                    ArrayNode values =
                            hints.addObject().put("name", setting.key()).putArray("values");
                    words.forEach(word -> values.addObject().put("value", word));
                    if (setting.type() instanceof SettingType.ValueOrWord<?>) {
                        ((ObjectNode) hints.get(hints.size() - 1))
                                .putArray("providers")
                                .addObject()
                                .put("name", "any");
                    }
                }
            }
        }
        return metadata;
    }

    private ObjectNode property(Setting<?> setting) {
        ObjectNode property = json.createObjectNode()
                .put("name", setting.key())
                .put("type", javaType(setting.type()).getName())
                .put("description", setting.description().replace("`", "") + allowed(setting));
        String text = setting.defaultText();
        if (text != null) {
            switch (setting.defaultValue()) {
                case Boolean value -> property.put("defaultValue", value);
                case Integer value -> property.put("defaultValue", value);
                default -> property.put("defaultValue", text);
            }
        }
        return property;
    }

    /** Editors show the values of an enum or boolean by themselves. */
    private static String allowed(Setting<?> setting) {
        return setting.type() instanceof SettingType.Choice<?> || setting.type() instanceof SettingType.Flag
                ? ""
                : " Allowed: " + setting.allowed() + ".";
    }

    private static Class<?> javaType(SettingType<?> type) {
        return switch (type) {
            case SettingType.Flag _ -> Boolean.class;
            case SettingType.WholeNumber _ -> Integer.class;
            case SettingType.TimeSpan _ -> Duration.class;
            case SettingType.Folder _ -> java.io.File.class;
            case SettingType.PositiveNumber _ -> Double.class;
            default -> String.class; // a choice, or a value or a word
        };
    }

    private static List<String> words(SettingType<?> type) {
        return switch (type) {
            case SettingType.Choice<?> choice -> choice.words();
            case SettingType.ValueOrWord<?> value -> List.of(value.word().toLowerCase(Locale.ROOT));
            default -> List.of();
        };
    }
}
