package dev.percpu.it;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class LibraryVersionsTest {
    @Test
    void shouldFindTheVersionsOfJars() {
        AssertionError failure = assertThrows(
                AssertionError.class,
                () -> LibraryVersions.check(List.of(
                        "BOOT-INF/lib/jna-5.19.1.jar",
                        "io.vertx.vertx-core-4.5.36.jar",
                        "lib/spring-boot-starter-4.0.7.jar",
                        "/a/netty-common-4.1.137.Final.jar")));

        assertTrue(failure.getMessage().contains("must be\nVert.x=4.5.36\nJNA=5.19.1\nJDK="), failure.getMessage());
    }
}
