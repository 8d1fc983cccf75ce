package dev.percpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs {@code .build/lint-prose} on small folders. */
class LintProseTest {

    private static final Path SCRIPT = Path.of(System.getProperty("test.basedir", ""), ".build", "lint-prose")
            .toAbsolutePath();

    private static final String WORDS_25 = "A type " + "x ".repeat(22) + "x";

    @TempDir
    private Path folder;

    private record Result(int status, List<String> findings) {}

    @Test
    void shouldPassWithoutFiles() throws IOException, InterruptedException {
        assertThat(lint()).isEqualTo(new Result(0, List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "whoever",
                "somebody",
                "nobody",
                "whatever",
                "told",
                "tells",
                "theirs",
                "mend",
                "mends",
                "mended",
                "settle",
                "settles",
                "settled",
                "NOBODY",
                "Whatever"
            })
    void shouldReportAWordInEachPlace(String word) throws IOException, InterruptedException {
        write("src/main/java/A.java", "class A {}\n// This is (" + word + "), here.\n");
        write("src/main/native/a.h", "/* " + word + "'s */\n");
        write("src/main/resources/a.html", "\n\n<p>" + word + "</p>\n");
        write("src/site/markdown/a.md", word);
        write("README.md", "a\n**" + word + "**");
        write("deploy/Dockerfile", "# " + word + "\n");

        Result result = lint();

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.findings())
                .extracting(finding -> finding.substring(0, finding.indexOf(": ") + 2))
                .containsExactly(
                        "README.md:2: ",
                        "deploy/Dockerfile:1: ",
                        "src/main/java/A.java:2: ",
                        "src/main/native/a.h:1: ",
                        "src/main/resources/a.html:3: ",
                        "src/site/markdown/a.md:1: ");
        assertThat(result.findings())
                .allMatch(finding -> finding.contains("\"" + word.toLowerCase(Locale.ROOT) + "\""));
    }

    @Test
    void shouldReportInVainOnOneLineAndOnTwo() throws IOException, InterruptedException {
        write("src/main/java/A.java", "// in vain\n/*\n * tried in\n * vain */\n// vain, in\n");

        assertThat(lint().findings())
                .extracting(finding -> finding.substring(0, finding.indexOf(": ")))
                .containsExactly("src/main/java/A.java:1", "src/main/java/A.java:4");
    }

    @Test
    void shouldAcceptOtherWordsAndOtherFolders() throws IOException, InterruptedException {
        write("README.md", "untold mending settlement whoever_else in_vain somebodys\n");
        write("src/test/java/A.java", "// nobody told somebody\n");
        write("CHANGES.md", "whatever\n");

        assertThat(lint()).isEqualTo(new Result(0, List.of()));
    }

    @Test
    void shouldReportALongFirstSentenceOfAPublicType() throws IOException, InterruptedException {
        write("src/main/java/A.java", """
                /**
                 * %s
                 * more. Short.
                 */
                @Deprecated(since = "(1")
                @SuppressWarnings({
                    "a)",
                    "b"
                })
                public sealed abstract class A permits B {
                    /** %s more */
                    public @interface Nested {}
                }
                """.formatted(WORDS_25, WORDS_25));

        Result result = lint();

        assertThat(result.status()).isEqualTo(1);
        assertThat(result.findings())
                .containsExactly(
                        "src/main/java/A.java:1: A: the first javadoc sentence has 26 words, at most 25 are allowed",
                        "src/main/java/A.java:11: Nested: the first javadoc sentence has 26 words, at most 25 are allowed");
    }

    @Test
    void shouldCountATagAsOneWord() throws IOException, InterruptedException {
        write("src/main/java/A.java", """
                /**
                 * %s {@code a {b} c
                 * d e}. More words.
                 */
                public enum A {
                    ;

                    /** %s <a href="a b">c d</a>. */
                    public record B(int a) {}
                }
                """.formatted(WORDS_25.substring(2), WORDS_25.substring(2)));

        assertThat(lint()).isEqualTo(new Result(0, List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/** %s. More words. */\npublic class A {}",
                "/** %s\n * @param <T> more words */\npublic interface A<T> {}",
                "/**\n * %s\n *\n * <p>More words.\n */\npublic class A {}",
                "/** %s more */\nclass A {}",
                "/** %s more */\npublic void record(A interface_) {}",
                "/** %s more */\npublic static final A a = new A(A.class) {}; // a class A"
            })
    void shouldAcceptOtherComments(String source) throws IOException, InterruptedException {
        write("src/main/java/A.java", source.formatted(WORDS_25));

        assertThat(lint()).isEqualTo(new Result(0, List.of()));
    }

    private void write(String file, String text) throws IOException {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, text);
    }

    private Result lint() throws IOException, InterruptedException {
        Process process = new ProcessBuilder(SCRIPT.toString(), folder.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output.lines().toList());
    }
}
