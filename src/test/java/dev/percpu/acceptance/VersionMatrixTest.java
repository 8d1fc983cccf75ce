package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.exposition.PrometheusClient;
import dev.percpu.scrape.GoldenScrapeMain;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The library on older versions of Micrometer, of the Prometheus client and of JNA, those of {@code src/test/versions/pom.xml}. On each, the
 * library's sources compile, and two builds write the bytes of the golden files: this one, and the one that is compiled here.
 */
@Tag("acceptance")
class VersionMatrixTest {
    private static final String CLIENT = PrometheusClient.class.getName();
    private static final List<String> NOT_LIBRARY = List.of("quarkus", "service", "spring", "ingest");
    private static final Path SOURCES = Path.of("src/main/java/dev/percpu").toAbsolutePath();
    private static final Path CLASSES = Path.of("target/classes").toAbsolutePath();
    private static final Path TEST_CLASSES = Path.of("target/test-classes").toAbsolutePath();
    private static final Path NATIVE = Path.of("target/native").toAbsolutePath();

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({
        "oldest, micrometer-core-1.15.0, prometheus-metrics-core-1.3.10, jna-5.8.0, underscores",
        "client-1.4, micrometer-core-1.16.8, prometheus-metrics-core-1.4.3, jna-5.14.0, dots",
        "client-1.5, micrometer-core-1.17.2, prometheus-metrics-core-1.5.1, jna-5.18.1, dots"
    })
    void shouldCompileAndScrapeOnOlderVersions(
            String id, String micrometer, String client, String jna, String answeredEscaping) throws Exception {
        List<Path> libraries;
        try (Stream<Path> files = Files.list(Path.of("target/versions", id).toAbsolutePath())) {
            libraries = files.toList();
        }
        assertThat(libraries)
                .extracting(Path::getFileName)
                .extracting(Path::toString)
                .contains(micrometer + ".jar", client + ".jar", jna + ".jar");

        assertThat(scrape(CLASSES, libraries)).endsWith("escaping=" + answeredEscaping);
        assertThat(scrape(compile(libraries), libraries)).endsWith("escaping=" + answeredEscaping);
    }

    /** Compiles the library, all but one class against the given libraries. Returns the folder of the classes. */
    private Path compile(List<Path> libraries) throws IOException {
        Path out = Files.createDirectories(folder.resolve("classes"));
        // The one class with newer calls of the Prometheus client.
        String client = CLIENT.substring(CLIENT.lastIndexOf('.') + 1) + ".java";
        compile(System.getProperty("java.class.path"), out, source -> source.endsWith(client));
        compile(joined(out, libraries), out, source -> !source.endsWith(client) && isLibrary(source));
        return out;
    }

    private static boolean isLibrary(Path source) {
        return !NOT_LIBRARY.contains(SOURCES.relativize(source).getName(0).toString());
    }

    private static void compile(String classPath, Path out, Predicate<Path> selected) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter errors = new StringWriter();
        try (Stream<Path> files = Files.walk(SOURCES);
                StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
            List<Path> sources = files.filter(file -> file.toString().endsWith(".java"))
                    .filter(selected)
                    .toList();
            List<String> options =
                    List.of("-proc:none", "-implicit:none", "-nowarn", "-cp", classPath, "-d", out.toString());
            boolean compiled = compiler.getTask(
                            errors, manager, null, options, null, manager.getJavaFileObjectsFromPaths(sources))
                    .call();
            assertThat(compiled).as(errors.toString()).isTrue();
        }
    }

    /** Compares scrapes with the golden files in a process of its own. Returns its last line. */
    private String scrape(Path classes, List<Path> libraries) throws IOException, InterruptedException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                joined(
                        classes,
                        Stream.concat(Stream.of(TEST_CLASSES, NATIVE), libraries.stream())
                                .toList()),
                GoldenScrapeMain.class.getName());
        try (Program program = Program.start("scrape", folder, command)) {
            return program.awaitEnd(Duration.ofSeconds(60)).output().strip();
        }
    }

    private static String joined(Path first, List<Path> others) {
        return Stream.concat(Stream.of(first), others.stream())
                .map(Path::toString)
                .collect(Collectors.joining(File.pathSeparator));
    }
}
