package dev.percpu.service.status;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.percpu.rseq.Finding;
import dev.percpu.rseq.RseqProbe;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatusCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void shouldPrintTheJsonOfTheEndpoint() throws JsonProcessingException {
        int exitCode = run("--rseq-status", "--json");

        assertThat(exitCode).isEqualTo(RseqProbe.status().active() ? 0 : 3);
        RseqReport report = RseqReport.withoutRegistry(RseqProbe.status(), List.of());
        String json = new ObjectMapper().writeValueAsString(report);
        // Without the findings, which name a file of this process.
        assertThat(out.toString(StandardCharsets.UTF_8))
                .startsWith(json.substring(0, json.length() - 2))
                .endsWith("]}\n");
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    @Test
    void shouldWriteTextAsJackson() throws JsonProcessingException {
        RseqReport report = RseqReport.withoutRegistry(
                RseqProbe.status(),
                List.of(new Finding(
                        "an-id", Finding.Severity.WARNING, "a \"quoted\" \\ name", "tab\t, line\n", "é\u0001")));

        assertThat(new ObjectMapper().readTree(RecordJson.of(report)))
                .isEqualTo(new ObjectMapper().readTree(new ObjectMapper().writeValueAsString(report)));
    }

    @Test
    void shouldPrintATable() {
        run("--rseq-status");

        assertThat(out.toString(StandardCharsets.UTF_8))
                .containsPattern("(?m)^owner           " + RseqProbe.status().owner() + "$")
                .containsPattern("(?m)^info            unpacked-library\n {16}The native library was unpacked");
    }

    @Test
    void shouldRejectOtherArguments() {
        assertThat(run("--rseq-status", "--xml")).isEqualTo(1);
        assertThat(run("--rseq-status", "--json", "more")).isEqualTo(1);
        assertThat(out.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("usage: java -jar quarkus-run.jar --rseq-status [--json]");
    }

    @Test
    void shouldReportASettingThatIsNotAllowed() {
        System.setProperty("percpu.rseq.mode", "fast");
        try {
            assertThat(run("--rseq-status")).isEqualTo(1);
        } finally {
            System.clearProperty("percpu.rseq.mode");
        }
        assertThat(err.toString(StandardCharsets.UTF_8)).startsWith("percpu.rseq.mode must be");
    }

    private int run(String... arguments) {
        return StatusCommand.run(
                List.of(arguments),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
