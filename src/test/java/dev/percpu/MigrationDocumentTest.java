package dev.percpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The version table of the migration document, from the files {@code src/it/NAME/versions.properties}. The examples compare each file with
 * the jars that they run with.
 *
 * <p>{@code make test TEST=MigrationDocumentTest ARGS=-Dupdate} writes the table.
 */
class MigrationDocumentTest {
    private static final Path DOCUMENT = Path.of("src/site/markdown/migration.md");
    private static final Path EXAMPLES = Path.of("src/it");
    private static final String FILE = "versions.properties";
    private static final Pattern TABLE = Pattern.compile("(?<=<!-- versions -->\n\n)(\\|.*\n)*");
    private static final List<String> FRAMEWORKS = List.of("Spring-Boot", "Quarkus", "Vert.x");
    private static final List<String> LIBRARIES = List.of("Micrometer", "Prometheus-client", "JNA", "JDK");

    @Test
    void shouldListTheVersionsThatTheExamplesRanWith() throws IOException {
        String document = Files.readString(DOCUMENT);
        String generated = TABLE.matcher(document).replaceFirst(table());
        if (System.getProperty("update") != null) {
            Files.writeString(DOCUMENT, generated);
        }

        assertThat(TABLE.matcher(document).results()).hasSize(1);
        assertThat(DOCUMENT)
                .as("the version table; make test TEST=MigrationDocumentTest ARGS=-Dupdate writes it")
                .hasContent(generated);
    }

    /** The framework's version is in the pom of the example, as that of its parent or in a property. */
    @Test
    void shouldListTheFrameworksOfThePoms() throws IOException {
        for (Path example : examples()) {
            Properties versions = versions(example);
            String pom = Files.readString(example.resolve("pom.xml"));
            for (String framework : FRAMEWORKS) {
                String version = versions.getProperty(framework);
                if (version != null) {
                    assertThat(pom).as(example + " with " + framework).contains(">" + version + "<");
                }
            }
        }
    }

    private static List<Path> examples() throws IOException {
        try (Stream<Path> folders = Files.list(EXAMPLES)) {
            List<Path> examples = folders.filter(it -> Files.exists(it.resolve(FILE)))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
            assertThat(examples).extracting(it -> it.getFileName().toString()).contains("boot-3.5", "boot-4");
            return examples;
        }
    }

    private static Properties versions(Path example) throws IOException {
        Properties versions = new Properties();
        versions.load(new StringReader(Files.readString(example.resolve(FILE))));
        assertThat(Stream.concat(FRAMEWORKS.stream(), LIBRARIES.stream()).toList())
                .containsAll(versions.stringPropertyNames());
        return versions;
    }

    private static String table() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        rows.add(Stream.concat(Stream.of("application"), LIBRARIES.stream().map(it -> it.replace('-', ' ')))
                .toList());
        rows.add(rows.getFirst().stream().map(it -> "---").toList());
        for (Path example : examples()) {
            Properties versions = versions(example);
            String application = FRAMEWORKS.stream()
                    .filter(versions::containsKey)
                    .map(it -> it.replace('-', ' ') + " " + versions.getProperty(it))
                    .collect(Collectors.joining(", "));
            String shown = Stream.of(application, "plain Java")
                    .filter(Predicate.not(String::isEmpty))
                    .findFirst()
                    .orElseThrow();
            rows.add(Stream.concat(Stream.of(shown), LIBRARIES.stream().map(it -> versions.getProperty(it, "-")))
                    .toList());
        }
        return rows.stream()
                .map(it ->
                        (it.contains("---") ? "|" + String.join("|", it) : "| " + String.join(" | ", it) + " ") + "|\n")
                .collect(Collectors.joining());
    }
}
