package dev.percpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The version table of the migration document, from the files {@code src/it/NAME/versions.properties}, and from the pom of the older
 * libraries. The examples, and {@code VersionMatrixTest}, compare these with the jars that they run with.
 *
 * <p>{@code make test TEST=MigrationDocumentTest ARGS=-Dupdate} writes the table.
 */
class MigrationDocumentTest {
    private static final Path DOCUMENT = Path.of("src/site/markdown/migration.md");
    private static final Path EXAMPLES = Path.of("src/it");
    private static final Path LIBRARIES_POM = Path.of("src/test/versions/pom.xml");
    private static final Pattern OLDER_LIBRARIES = Pattern.compile(
            "<id>([^<]+)</id><client>([^<]+)</client><micrometer>([^<]+)</micrometer><jna>([^<]+)</jna>");
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
            framework(versions)
                    .ifPresent(it ->
                            assertThat(pom).as(example + " with " + it).contains(">" + versions.getProperty(it) + "<"));
        }
    }

    @Test
    void shouldListAllExamplesAndOlderLibraries() throws IOException {
        assertThat(table().lines().map(it -> it.split(" *\\| *")[1]))
                .satisfiesExactly(
                        it -> assertThat(it).isEqualTo("application"),
                        it -> assertThat(it).isEqualTo("---"),
                        it -> assertThat(it).startsWith("Spring Boot 3.5."),
                        it -> assertThat(it).startsWith("Spring Boot 4.0."),
                        it -> assertThat(it).isEqualTo("plain Java"),
                        it -> assertThat(it).startsWith("Quarkus 3.33."),
                        it -> assertThat(it).startsWith("Vert.x 5.0."),
                        it -> assertThat(it).isEqualTo("library, oldest"),
                        it -> assertThat(it).isEqualTo("library, client-1.4"),
                        it -> assertThat(it).isEqualTo("library, client-1.5"));
    }

    private static List<Path> examples() throws IOException {
        try (Stream<Path> folders = Files.list(EXAMPLES)) {
            return folders.filter(it -> Files.exists(it.resolve("pom.xml")) && !it.endsWith("compare"))
                    .sorted(Comparator.comparing(Path::toString))
                    .toList();
        }
    }

    private static Properties versions(Path example) throws IOException {
        Properties versions = new Properties();
        versions.load(new StringReader(Files.readString(example.resolve(FILE))));
        assertThat(Stream.concat(FRAMEWORKS.stream(), LIBRARIES.stream()).toList())
                .containsAll(versions.stringPropertyNames());
        return versions;
    }

    /** Quarkus, for example, runs on Vert.x: the framework of the application is the first. */
    private static Optional<String> framework(Properties versions) {
        return FRAMEWORKS.stream().filter(versions::containsKey).findFirst();
    }

    private static String table() throws IOException {
        List<List<String>> rows = new ArrayList<>();
        rows.add(Stream.concat(Stream.of("application"), LIBRARIES.stream().map(it -> it.replace('-', ' ')))
                .toList());
        rows.add(rows.getFirst().stream().map(it -> "---").toList());
        for (Path example : examples()) {
            Properties versions = versions(example);
            String application = framework(versions)
                    .map(it -> it.replace('-', ' ') + " " + versions.getProperty(it))
                    .orElse("plain Java");
            rows.add(Stream.concat(Stream.of(application), LIBRARIES.stream().map(it -> versions.getProperty(it, "-")))
                    .toList());
        }
        String jdk = "" + Runtime.version().feature();
        OLDER_LIBRARIES
                .matcher(Files.readString(LIBRARIES_POM))
                .results()
                .forEach(
                        it -> rows.add(List.of("library, " + it.group(1), it.group(3), it.group(2), it.group(4), jdk)));
        return rows.stream()
                .map(it ->
                        (it.contains("---") ? "|" + String.join("|", it) : "| " + String.join(" | ", it) + " ") + "|\n")
                .collect(Collectors.joining());
    }
}
