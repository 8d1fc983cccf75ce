package dev.percpu.rseq;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Compares the names of files, functions and tests in the ABI document with the sources. */
class AbiDocumentTest {
    private static final Path DOCUMENT = Path.of("src/main/native/RSEQ-ABI.md");
    private static final Pattern CODE = Pattern.compile("`([\\w.]+\\.(?:java|c|h)): (\\w+)`");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)\\.(should\\w+)`");

    private static final Pattern EVIDENCE = Pattern.compile("`(?:(\\w+Test)|(\\w+\\.c))`");

    static final List<Reference> REFERENCES = references();

    /** A name in the document, and the file that must contain it. */
    record Reference(String file, String name) {}

    private static List<Reference> references() {
        String text = read(DOCUMENT).replaceAll("\\s+", " ");
        Stream<Reference> code = CODE.matcher(text).results().map(it -> new Reference(it.group(1), it.group(2)));
        Stream<Reference> tests =
                TEST.matcher(text).results().map(it -> new Reference(it.group(1) + ".java", it.group(2)));
        return Stream.concat(code, tests).distinct().toList();
    }

    @Test
    void shouldCiteATestForEachQuestion() {
        List<String> questions = List.of(read(DOCUMENT).split("\n## ")).subList(1, 9);
        List<Path> tests = testFiles();

        assertThat(questions).allSatisfy(question -> {
            int citation = question.indexOf("Shown by");
            assertThat(citation).isPositive();
            String line = question.substring(citation);
            assertThat(EVIDENCE.matcher(line).find() || TEST.matcher(line).find())
                    .isTrue();
            EVIDENCE.matcher(line)
                    .results()
                    .map(it -> it.group(1) != null ? it.group(1) + ".java" : it.group(2))
                    .forEach(file -> assertThat(tests).anyMatch(it -> it.endsWith(file)));
        });
    }

    private static List<Path> testFiles() {
        try (Stream<Path> files = Files.walk(Path.of("src/test"))) {
            return files.toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @FieldSource("REFERENCES")
    void shouldCiteExistingNames(Reference reference) throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src"))) {
            List<Path> cited = files.filter(it -> it.endsWith(reference.file())).toList();
            assertThat(cited)
                    .isNotEmpty()
                    .anySatisfy(it -> assertThat(read(it)).containsPattern("\\b" + reference.name() + "\\b"));
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
