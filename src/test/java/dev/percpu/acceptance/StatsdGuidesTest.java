package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.acceptance.PrometheusServer.Sample;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The guides of {@code aggregator.md} as they are printed there: with the real clients, and a real Prometheus behind the service. */
@Tag("acceptance")
@Timeout(120)
class StatsdGuidesTest {
    private static final Path TOP =
            Path.of(System.getProperty("test.basedir", ".")).toAbsolutePath();
    private static final Path DOCUMENT = TOP.resolve("src/site/markdown/aggregator.md");
    private static final String DOCUMENTED_PORT = "8125";

    /** A name, labels in braces, and a value. */
    private static final Pattern SAMPLE = Pattern.compile("(\\S+) (\\S+)");

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"python", "node"})
    void shouldGiveWhatTheGuideSays(String guide) throws IOException, InterruptedException {
        try (StatsdService service = StatsdService.start(directory);
                PrometheusServer prometheus =
                        PrometheusServer.start(directory, service.process().management())) {
            String program = block("guide: " + guide);
            assertThat(program).contains(DOCUMENTED_PORT);
            run(guide, program.replace(DOCUMENTED_PORT, Integer.toString(service.port())));

            List<MatchResult> samples =
                    SAMPLE.matcher(block("scrape: " + guide)).results().toList();
            assertThat(samples).hasSize(4);
            for (MatchResult sample : samples) {
                double value = Double.parseDouble(sample.group(2));
                List<Sample> found = prometheus.await(
                        sample.group(1), now -> !now.isEmpty() && now.getFirst().value() == value);
                assertThat(found).as(sample.group()).hasSize(1);
            }
        }
    }

    private void run(String guide, String program) throws IOException, InterruptedException {
        Path file = Files.writeString(directory.resolve(guide + "-guide"), program);
        // Debian's own Python: its packages are not in the path of another.
        List<String> command = guide.equals("python")
                ? List.of("/usr/bin/python3", file.toString())
                : List.of("env", "NODE_PATH=" + TOP.resolve("target/clients/node_modules"), "node", file.toString());
        Program.start(guide, directory, command).awaitEnd(Duration.ofSeconds(30));
    }

    /** Returns the block of code after a comment. */
    private static String block(String comment) throws IOException {
        Matcher block = Pattern.compile("<!-- " + Pattern.quote(comment) + " -->\n```\\w*\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(DOCUMENT));
        assertThat(block.find()).as(comment).isTrue();
        return block.group(1);
    }
}
