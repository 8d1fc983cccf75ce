package dev.percpu.it.quarkus;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** An application with the registries of this project and of Quarkus does not start. */
class BothIT {
    @Test
    void shouldSayWhatToRemove() throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dquarkus.http.port=0",
                        "-jar",
                        System.getProperty("application"))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes());

        assertEquals(1, process.waitFor(), output);
        assertTrue(output.contains("Remove the dependency quarkus-micrometer-registry-prometheus"), output);
        assertTrue(!output.contains("\tat "), output);
    }
}
