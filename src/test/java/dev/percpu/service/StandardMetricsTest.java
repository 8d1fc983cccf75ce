package dev.percpu.service;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The metrics that standard dashboards expect. */
@QuarkusTest
class StandardMetricsTest {

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Test
    void shouldExposeTheMemoryThatTheKernelReports() throws IOException {
        double kernel = 1024 * number(Files.readString(Path.of("/proc/self/status")), "VmRSS:\\s+(\\d+) kB");

        assertThat(value("process_resident_memory_bytes")).isCloseTo(kernel, within(0.2 * kernel));
    }

    @Test
    void shouldExposeCpuTime() {
        double before =
                ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis() / 1e3;

        assertThat(value("process_cpu_seconds_total")).isBetween(before, before + 20);
        assertThat(scrape()).contains("# TYPE process_cpu_seconds_total counter");
    }

    @Test
    void shouldExposeVersions() throws IOException {
        String version = text(Files.readString(Path.of("pom.xml")), "<version>([^<]+)</version>");

        assertThat(scrape())
                .containsPattern("(?m)^percpu_build_info\\{revision=\"([0-9a-f]{7,}|unknown)\",version=\""
                        + Pattern.quote(version) + "\"} 1$")
                .containsPattern("(?m)^jvm_info\\{runtime=\"[^\"]+\",vendor=\"[^\"]+\",version=\""
                        + Pattern.quote(System.getProperty("java.runtime.version")) + "\"} 1$");
    }

    @Test
    void shouldExposeEachFamilyOnce() {
        assertThat(scrape().lines().filter(line -> line.startsWith("# TYPE "))).doesNotHaveDuplicates();
        assertThat(scrape())
                .containsOnlyOnce("\nprocess_start_time_seconds ")
                .doesNotContain("jvm_total", "process_cpu_time");
    }

    private double value(String name) {
        return number(scrape(), "\n" + name + " (\\S+)");
    }

    private static double number(String text, String pattern) {
        return Double.parseDouble(text(text, pattern));
    }

    private static String text(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }

    private String scrape() {
        return given().get(management.resolve("/q/metrics"))
                .then()
                .statusCode(200)
                .extract()
                .asString();
    }
}
