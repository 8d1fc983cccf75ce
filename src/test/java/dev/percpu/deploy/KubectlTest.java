package dev.percpu.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubectlTest {

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"v5.0.1, 0, true", "v4.5.7, 0, false", "v5.0.1, 1, false"})
    void shouldBeUsableIfItSucceedsAndIsNewEnough(String kustomize, int code, boolean usable)
            throws IOException, InterruptedException {
        Path program = Files.writeString(
                directory.resolve("kubectl"),
                "#!/bin/sh\necho Kustomize Version: " + kustomize + "\nexit " + code + "\n");
        assertThat(program.toFile().setExecutable(true)).isTrue();

        assertThat(Kubectl.usable(program.toString()).isPresent()).isEqualTo(usable);
    }

    @Test
    void shouldNotBeUsableIfItIsMissing() throws InterruptedException {
        assertThat(Kubectl.usable(directory.resolve("missing").toString())).isEmpty();
    }
}
