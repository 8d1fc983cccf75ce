package dev.percpu.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code make image} runs, with programs that only print their arguments. */
class ImageBuildTest {
    private static final Path TOP =
            Path.of(System.getProperty("test.basedir", "")).toAbsolutePath();
    private static final List<String> TOOLS = List.of("sh", "dirname", "sed", "head", "git");

    @TempDir
    private Path programs;

    @Test
    void shouldUseTheFirstEngineThatRuns() throws IOException, InterruptedException {
        assertThat(image(Map.of("docker", "exit 0", "podman", "exit 0")))
                .contains("with docker", "docker build --file deploy/Dockerfile");
    }

    @Test
    void shouldNotUseADockerWithoutADaemon() throws IOException, InterruptedException {
        assertThat(image(Map.of("docker", "exit 1", "podman", "exit 0", "buildah", "exit 0")))
                .contains("podman build");
    }

    @Test
    void shouldUseBuildah() throws IOException, InterruptedException {
        assertThat(image(Map.of("buildah", "exit 0"))).contains("buildah build", "--tag percpu-metrics:", "REVISION=");
    }

    @Test
    void shouldSayWhatIsMissing() throws IOException, InterruptedException {
        assertThat(image(Map.of())).contains("needs docker (with a daemon that runs), podman or buildah", "exit 1");
    }

    @Test
    void shouldSendEverySourceOfTheDockerfileToTheEngine() throws IOException {
        List<String> sent = Files.readAllLines(TOP.resolve(".dockerignore"));
        List<String> sources = new ArrayList<>();
        for (String line : Files.readAllLines(TOP.resolve("deploy/Dockerfile"))) {
            if (line.startsWith("COPY ") && !line.contains("--from")) {
                String[] words = line.split(" ");
                sources.addAll(List.of(words).subList(1, words.length - 1));
            }
        }
        assertThat(sources).isNotEmpty().allSatisfy(source -> {
            assertThat(sent).contains("!" + source);
            assertThat(TOP.resolve(source)).exists();
        });
    }

    /** Returns the output of the script, then its exit code. */
    private String image(Map<String, String> engines) throws IOException, InterruptedException {
        for (String tool : TOOLS) {
            Path found = Path.of("/usr/bin", tool);
            Files.createSymbolicLink(programs.resolve(tool), Files.exists(found) ? found : Path.of("/bin", tool));
        }
        for (Map.Entry<String, String> engine : engines.entrySet()) {
            // The first argument of the check for a daemon is info.
            write(
                    engine.getKey(),
                    "[ \"$1\" != info ] || " + engine.getValue() + "\necho " + engine.getKey() + " \"$@\"\n");
        }
        ProcessBuilder script = new ProcessBuilder(TOP.resolve(".build/image").toString()).redirectErrorStream(true);
        script.environment().put("PATH", programs.toString());
        Process process = script.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "exit " + process.waitFor();
    }

    private void write(String program, String text) throws IOException {
        Files.writeString(
                Files.createFile(
                        programs.resolve(program),
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x"))),
                "#!/bin/sh\n" + text);
    }
}
