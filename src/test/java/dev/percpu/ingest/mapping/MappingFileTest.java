package dev.percpu.ingest.mapping;

import static dev.percpu.Eventually.assertEventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MappingFileTest {
    private static final String KEY = "percpu.ingest.statsd.mapping";

    /** A time at which a file is no longer read for the resolution of its clock alone. */
    private static final Instant LONG_AGO = Instant.parse("2020-01-01T00:00:00Z");

    @TempDir
    private Path folder;

    private final List<String> warnings = new ArrayList<>();
    private final Logger logger = Logger.getLogger(MappingFile.class.getName());
    private final Handler handler = new Handler() {
        @Override
        public synchronized void publish(LogRecord logged) {
            if (logged.getLevel().intValue() >= Level.WARNING.intValue()) {
                warnings.add(logged.getMessage());
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };

    @BeforeEach
    void readWarnings() {
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
    }

    @AfterEach
    void ignoreWarnings() {
        logger.removeHandler(handler);
        logger.setUseParentHandlers(true);
    }

    private Path write(String name, String metric) throws IOException {
        return Files.writeString(folder.resolve(name), "mappings: [{match: a, name: " + metric + "}]");
    }

    private static String name(MappingFile file) {
        return file.rules().map("a", MetricType.COUNTER).name();
    }

    @Test
    void shouldReadTheFileAtStart() throws IOException {
        Instant before = Instant.now();
        try (MappingFile file = new MappingFile(KEY, write("m.yml", "first"), null)) {
            assertThat(name(file)).isEqualTo("first");
            assertThat(file.status().rules()).isEqualTo(1);
            assertThat(file.status().successes()).isEqualTo(1);
            assertThat(file.status().failures()).isZero();
            assertThat(file.status().failure()).isNull();
            assertThat(file.status().lastSuccess()).isBetween(before, Instant.now());
        }
    }

    @Test
    void shouldRefuseAMissingFileAtStart() {
        Path missing = folder.resolve("none.yml");

        assertThatThrownBy(() -> new MappingFile(KEY, missing, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("percpu.ingest.statsd.mapping must be the path of a readable file, but was " + missing
                        + ": no such file");
        assertThatThrownBy(() -> new MappingFile(KEY, folder, null))
                .hasMessage("percpu.ingest.statsd.mapping must be the path of a readable file, but was " + folder
                        + ": not a regular file");
    }

    @Test
    void shouldRefuseAWrongFileAtStart() throws IOException {
        Path wrong = write("m.yml", "a-b");

        assertThatThrownBy(() -> new MappingFile(KEY, wrong, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "percpu.ingest.statsd.mapping must be the path of a valid mapping file, but was " + wrong
                                + ": line 1, column 29: name must be ");
    }

    @Test
    void shouldReadAFileThatIsWrittenInPlace() throws IOException {
        Path path = write("m.yml", "first");
        try (MappingFile file = new MappingFile(KEY, path, null)) {
            MappingRules first = file.rules();
            file.reloadIfChanged();
            assertThat(file.rules()).isSameAs(first);

            write("m.yml", "other");
            file.reloadIfChanged();

            assertThat(name(file)).isEqualTo("other");
            assertThat(file.status().successes()).isEqualTo(2);
        }
    }

    /** A second change within the resolution of the file system's clock. */
    @Test
    void shouldReadAFileThatChangedWithoutAnotherTime() throws IOException {
        Path path = write("m.yml", "first");
        FileTime time = Files.getLastModifiedTime(path);
        try (MappingFile file = new MappingFile(KEY, path, null)) {
            write("m.yml", "other");
            Files.setLastModifiedTime(path, time);
            file.reloadIfChanged();

            assertThat(name(file)).isEqualTo("other");
        }
    }

    @Test
    void shouldNotReadAFileThatDidNotChange() throws IOException {
        Path path = write("m.yml", "first");
        Files.setLastModifiedTime(path, FileTime.from(LONG_AGO));
        try (MappingFile file = new MappingFile(KEY, path, null)) {
            write("m.yml", "other"); // the same size
            Files.setLastModifiedTime(path, FileTime.from(LONG_AGO));
            file.reloadIfChanged();
            assertThat(name(file)).isEqualTo("first");

            Files.setLastModifiedTime(path, FileTime.from(LONG_AGO.plusMillis(1)));
            file.reloadIfChanged();
            assertThat(name(file)).isEqualTo("other");
        }
    }

    @Test
    void shouldReadAFileThatReplacesAnotherOfTheSameTimeAndSize() throws IOException {
        Path path = write("m.yml", "first");
        Files.setLastModifiedTime(path, FileTime.from(LONG_AGO));
        try (MappingFile file = new MappingFile(KEY, path, null)) {
            Path other = write("new.yml", "other");
            Files.setLastModifiedTime(other, FileTime.from(LONG_AGO));
            Files.move(other, path, StandardCopyOption.ATOMIC_MOVE);
            file.reloadIfChanged();

            assertThat(name(file)).isEqualTo("other");
        }
    }

    /** The file is a link to ..data/m.yml, and ..data is a link to a folder, which is replaced by another link. */
    @Test
    void shouldReadAConfigMapThatIsUpdated() throws IOException {
        Files.createDirectory(folder.resolve("..2026_01"));
        Files.createDirectory(folder.resolve("..2026_02"));
        for (String version : List.of("..2026_01/m.yml", "..2026_02/m.yml")) {
            Path written = write(version, version.contains("01") ? "first" : "other");
            Files.setLastModifiedTime(written, FileTime.from(LONG_AGO));
        }
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("..2026_01"));
        Path path = Files.createSymbolicLink(folder.resolve("m.yml"), Path.of("..data/m.yml"));
        try (MappingFile file = new MappingFile(KEY, path, null)) {
            assertThat(name(file)).isEqualTo("first");

            Path swapped = Files.createSymbolicLink(folder.resolve("..data_tmp"), Path.of("..2026_02"));
            Files.move(swapped, folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
            Files.delete(folder.resolve("..2026_01/m.yml"));
            file.reloadIfChanged();

            assertThat(name(file)).isEqualTo("other");
            assertThat(warnings).isEmpty();
        }
    }

    @Test
    void shouldKeepTheRulesIfTheFileIsWrong() throws IOException {
        Path path = write("m.yml", "first");
        try (MappingFile file = new MappingFile(KEY, path, null)) {
            Instant read = file.status().lastSuccess();
            MappingRules first = file.rules();
            write("m.yml", "a-b");
            file.reloadIfChanged();
            file.reloadIfChanged();
            Files.setLastModifiedTime(path, FileTime.from(LONG_AGO));
            file.reloadIfChanged();

            assertThat(file.rules()).isSameAs(first);
            assertThat(file.status().failures()).isEqualTo(1);
            assertThat(file.status().failure()).startsWith("line 1, column 29: name must be ");
            assertThat(file.status().lastSuccess()).isEqualTo(read);
            assertThat(warnings)
                    .singleElement()
                    .satisfies(warning -> assertThat(warning)
                            .startsWith("The mapping file " + path + " is refused: line 1, column 29: name must be ")
                            .endsWith(". The rules of " + read + " stay in use"));

            write("m.yml", "first");
            file.reloadIfChanged();

            assertThat(file.status().failure()).isNull();
            assertThat(file.status().successes()).isEqualTo(2);
            assertThat(warnings).hasSize(1);
        }
    }

    @Test
    void shouldKeepTheRulesWhileTheFileIsMissing() throws IOException {
        Path path = write("m.yml", "first");
        try (MappingFile file = new MappingFile(KEY, path, null)) {
            Files.delete(path);
            file.reloadIfChanged();
            file.reloadIfChanged();

            assertThat(name(file)).isEqualTo("first");
            assertThat(file.status().failures()).isEqualTo(1);
            assertThat(file.status().failure()).isEqualTo("no such file");
            assertThat(warnings).hasSize(1);

            write("m.yml", "first");
            file.reloadIfChanged();

            assertThat(file.status().failure()).isNull();
            assertThat(file.status().successes()).isEqualTo(2);
        }
    }

    @Test
    void shouldReadChangesInTheBackgroundUntilItIsClosed() throws Exception {
        Path path = write("m.yml", "first");
        MappingFile file = new MappingFile(KEY, path, Duration.ofMillis(1));
        try (file) {
            write("m.yml", "other");
            assertEventually(() -> name(file), "other");
        }

        assertEventually(
                () -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().equals(MappingFile.THREAD_NAME)),
                true);
        file.close();
    }
}
