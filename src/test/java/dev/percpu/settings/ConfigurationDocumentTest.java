package dev.percpu.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/**
 * Generates the reference document from the declared settings, and compares it with the committed file.
 *
 * <p>{@code make test TEST=ConfigurationDocumentTest ARGS=-Dupdate} writes the file. Text around the tables belongs in {@code
 * src/test/resources/dev/percpu/settings/configuration.md}.
 */
class ConfigurationDocumentTest {
    private static final Path DOCUMENT = Path.of("src/site/markdown/configuration.md");
    private static final String NOTICE =
            "<!-- Generated from dev.percpu.settings.Settings by ConfigurationDocumentTest. -->\n\n";

    @Test
    void shouldEqualTheCommittedDocument() throws IOException {
        String generated = NOTICE + template().replace("{{settings}}\n", tables());
        if (System.getProperty("update") != null) {
            Files.createDirectories(DOCUMENT.getParent());
            Files.writeString(DOCUMENT, generated);
        }

        assertThat(DOCUMENT)
                .as("the reference document; make test TEST=ConfigurationDocumentTest ARGS=-Dupdate writes it")
                .hasContent(generated);
    }

    private static String template() throws IOException {
        try (InputStream in = ConfigurationDocumentTest.class.getResourceAsStream("configuration.md")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static String tables() {
        return Arrays.stream(Subject.values())
                .map(subject -> "## " + subject.title() + "\n\n"
                        + subject.applications().sentence() + "\n\n"
                        + "| key | type | default | allowed | description |\n|---|---|---|---|---|\n" + rows(subject))
                .collect(Collectors.joining("\n"));
    }

    private static String rows(Subject subject) {
        return Settings.ALL.stream()
                .filter(setting -> setting.subject() == subject)
                .map(ConfigurationDocumentTest::row)
                .collect(Collectors.joining());
    }

    private static String row(Setting<?> setting) {
        String key = setting.keys().stream().map(it -> "`" + it + "`").collect(Collectors.joining(", formerly "));
        String byDefault = setting.defaultText() == null ? "unset" : "`" + setting.defaultText() + "`";
        return "| "
                + String.join(" | ", key, setting.type().name(), byDefault, setting.allowed(), setting.description())
                + " |\n";
    }
}
