package dev.percpu.it.plain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the one dependency brings. A new jar must be entered here. At most 18 are allowed, this library included. */
class DependenciesTest {
    /** Jars of the test itself, and the weaver of the application. JSpecify is one of JUnit's, too. */
    private static final String TESTS =
            ".*/(org/junit|org/opentest4j|org/apiguardian|org/aspectj|dev/percpu/it|org/apache/maven)/.*";

    @Test
    void shouldBringTheseJarsOnly() {
        assumeTrue(System.getProperty("registry").equals("percpu"));

        List<String> jars = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(it -> it.endsWith(".jar") && !it.matches(TESTS))
                .map(it -> Path.of(it).getFileName().toString().replaceFirst("-[0-9][0-9A-Za-z.-]*\\.jar$", ""))
                .sorted()
                .toList();

        assertEquals(
                List.of(
                        "HdrHistogram",
                        "jna",
                        "jspecify",
                        "micrometer-commons",
                        "micrometer-core",
                        "micrometer-observation",
                        "micrometer-registry-prometheus",
                        "percpu-metrics",
                        "prometheus-metrics-config",
                        "prometheus-metrics-core",
                        "prometheus-metrics-exposition-formats",
                        "prometheus-metrics-exposition-textformats",
                        "prometheus-metrics-model",
                        "prometheus-metrics-tracer-common",
                        "prometheus-metrics-tracer-initializer",
                        "prometheus-metrics-tracer-otel",
                        "prometheus-metrics-tracer-otel-agent"),
                jars);
    }
}
