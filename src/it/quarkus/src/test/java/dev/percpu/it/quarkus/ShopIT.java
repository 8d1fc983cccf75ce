package dev.percpu.it.quarkus;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.percpu.it.LibraryVersions;
import io.quarkus.test.junit.QuarkusIntegrationTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The same with the packaged application. */
@QuarkusIntegrationTest
class ShopIT extends ShopTest {
    @Test
    void shouldRunWithTheListedVersions() throws IOException {
        assumeTrue(System.getProperty("registry").equals("percpu"));
        try (Stream<Path> jars =
                Files.walk(Path.of(System.getProperty("application")).resolveSibling("lib"))) {
            LibraryVersions.check(jars.map(Path::toString).toList());
        }
    }
}
