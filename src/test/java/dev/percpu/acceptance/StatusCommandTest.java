package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code --rseq-status} of the packaged service, on this machine and in gVisor. */
@Tag("acceptance")
@Timeout(120)
class StatusCommandTest {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");

    /** Without a network and without control groups, which need more rights. */
    private static final List<String> GVISOR =
            List.of("runsc", "--network=none", "--platform=ptrace", "--ignore-cgroups", "do");

    private record Result(int exitCode, String output, String errors) {}

    @Test
    void shouldPrintTheStatusWithoutAServer() throws IOException, InterruptedException {
        Result json = status(List.of(), "--json");
        Words probe = probe(List.of());

        JsonNode status = new ObjectMapper().readTree(json.output());
        assertThat(json.exitCode()).isEqualTo(status.path("active").asBoolean() ? 0 : 3);
        assertThat(status.path("owner").asText()).isEqualTo(probe.text("owner"));
        assertThat(status.at("/kernel/release").asText()).isEqualTo(probe.text("kernel"));
        assertThat(status.at("/libc/version").asText()).isEqualTo(probe.text("libcVersion"));
        assertThat(status(List.of()).output()).contains("owner           " + probe.text("owner") + "\n");
        assertThat(status(List.of("env", "PERCPU_RSEQ_MODE=atomic")).exitCode()).isEqualTo(3);
        assertThat(status(List.of("env", "PERCPU_RSEQ_MODE=fast")).exitCode()).isEqualTo(1);
    }

    @Test
    void shouldReadTheConfigurationFileOfTheServer(@TempDir Path folder) throws IOException, InterruptedException {
        Path file = Files.createDirectory(folder.resolve("config")).resolve("application.properties");
        List<String> inFolder = List.of("env", "--chdir=" + folder);

        Files.writeString(file, "percpu.rseq.mode=atomic\n");
        assertThat(status(inFolder).exitCode()).isEqualTo(3);
        assertThat(status(List.of("env", "--chdir=" + folder, "PERCPU_RSEQ_MODE=fast"))
                        .errors())
                .contains("percpu.rseq.mode must be");
        Files.writeString(file, "percpu.rseq.mode=fast\n");
        assertThat(status(inFolder).exitCode()).isEqualTo(1);
    }

    @Test
    void shouldFindGvisor() throws IOException, InterruptedException {
        assumeTrue(
                Stream.of("/usr/bin/runsc", "/usr/local/bin/runsc")
                        .map(Path::of)
                        .anyMatch(Files::isExecutable),
                "gVisor must be installed (package runsc)");
        Words probe = probe(GVISOR);

        Result json = status(GVISOR, "--json");

        assertThat(json.exitCode()).as(json.output()).isEqualTo(3);
        JsonNode status = new ObjectMapper().readTree(json.output());
        assertThat(status.path("active").asBoolean()).isFalse();
        assertThat(status.path("owner").asText()).isEqualTo(probe.text("owner")).isEqualTo("none");
        assertThat(status.at("/libc/rseqSize").asInt())
                .isEqualTo(probe.number("rseqSize"))
                .isZero();
        assertThat(status.path("findings"))
                .extracting(finding -> finding.path("id").asText())
                .contains("gvisor")
                .doesNotContain("seccomp", "kernel-too-old-for-mm-cid");
    }

    private static Result status(List<String> launcher, String... options) throws IOException, InterruptedException {
        Path jar = Path.of(System.getProperty("test.service.jar", "target/quarkus-app/quarkus-run.jar"));
        List<String> command = new ArrayList<>(launcher);
        command.addAll(List.of(JAVA.toString(), "-jar", jar.toAbsolutePath().toString(), "--rseq-status"));
        command.addAll(List.of(options));
        return run(command);
    }

    private static Words probe(List<String> launcher) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(launcher);
        command.add(MatrixPrograms.program("probe", MatrixPrograms.hostArch()).toString());
        return Words.parse(run(command).output());
    }

    private static Result run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        // Short enough for the buffer of the pipe until now.
        String errors = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), output, errors);
    }
}
