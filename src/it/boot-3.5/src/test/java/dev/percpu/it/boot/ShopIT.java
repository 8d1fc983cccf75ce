package dev.percpu.it.boot;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.percpu.it.LibraryVersions;
import dev.percpu.it.Scrape;
import dev.percpu.it.ScrapeHistory;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.regex.Pattern;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/** The packaged application, under the same requests with each registry. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ShopIT {
    private static final String REGISTRY = System.getProperty("registry");
    private static final boolean PERCPU = REGISTRY.equals("percpu");

    /** Pauses of the garbage collector. */
    private static final String IGNORED = "jvm_gc_(pause|concurrent)_.*";

    private static final String VARYING = "(jvm|process|system|tomcat|executor|disk|application|logback)_.*"
            + "|.*_seconds(_sum|_gsum|_max|\\{.*quantile.*|_bucket.*)(\\{.*)?";

    private static final Pattern EXEMPLAR = Pattern.compile(
            "http_server_requests_seconds_bucket\\{[^}]*} \\d+ # \\{span_id=\"\\w{16}\",trace_id=\"\\w{32}\"}");

    private static void load(RunningApplication application) throws Exception {
        for (int price : new int[] {5, 50, 500}) {
            assertEquals(200, application.send("POST", "/orders/" + price).statusCode());
        }
        assertEquals(200, application.send("GET", "/orders/1").statusCode());
        assertEquals(404, application.send("GET", "/orders/99").statusCode());
        assertEquals(404, application.send("GET", "/nowhere").statusCode());
        assertEquals(200, application.send("GET", "/actuator/health").statusCode());
    }

    /** Scrapes twice, so that both registries have the request of a scrape among the requests. */
    private static String scrape(RunningApplication application) throws Exception {
        application.scrape("", null);
        HttpResponse<byte[]> response = application.scrape("", null);
        assertEquals(200, response.statusCode());
        assertEquals("text/plain;version=0.0.4;charset=utf-8", contentType(response));
        return text(response);
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    private static String contentType(HttpResponse<?> response) {
        return response.headers().firstValue("Content-Type").orElse("none").replace("; ", ";");
    }

    private static void compare(String registry, RunningApplication application) throws Exception {
        load(application);
        new ScrapeHistory(Path.of("target/scrapes"), IGNORED, VARYING).add(registry, scrape(application));
    }

    @Test
    @Order(1)
    void shouldExposeWhatTheOtherRegistryExposes() throws Exception {
        try (RunningApplication application = RunningApplication.start()) {
            compare(REGISTRY, application);
            String log = application.log();
            assertFalse(log.contains(" WARN ") || log.contains(" ERROR ") || log.contains("WARNING"), log);
            checkExemplars(application);
            if (PERCPU) {
                checkFormats(application);
            }
        }
    }

    @Test
    @Order(2)
    void shouldBringBackTheRegistryOfBoot() throws Exception {
        assumeTrue(PERCPU);
        try (RunningApplication application = RunningApplication.start("percpu.metrics.enabled=false")) {
            compare("prometheus", application);
        }
    }

    /** Each request is recorded within a span. */
    private static void checkExemplars(RunningApplication application) throws Exception {
        String text = text(application.scrape("", "application/openmetrics-text"));
        assertTrue(EXEMPLAR.matcher(text).find(), text);
    }

    private static void checkFormats(RunningApplication application) throws Exception {
        HttpResponse<byte[]> openMetrics =
                application.scrape("", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5");
        assertEquals("application/openmetrics-text;version=1.0.0;charset=utf-8", contentType(openMetrics));
        assertTrue(text(openMetrics).endsWith("# EOF\n"), text(openMetrics));

        HttpResponse<byte[]> protobuf = application.scrape(
                "", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited");
        assertEquals(
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited",
                contentType(protobuf));
        assertTrue(protobuf.body().length > 1000);

        assertEquals(406, application.scrape("", "image/png").statusCode());
        String text = text(application.scrape("", "application/openmetrics-text;q=0.1,*/*"));
        assertFalse(text.contains("# EOF"), text);
        for (String query : new String[] {"?name%5B%5D=orders_open", "?includedNames=orders_open"}) {
            String selected = text(application.scrape(query, null));
            assertEquals(
                    "orders_open{region=\"north\"} 3.0",
                    selected.lines().toList().getLast(),
                    selected);
            assertFalse(selected.contains("jvm_"), selected);
        }
    }

    @Test
    void shouldHaveTheSeriesOfARegistryBesides() throws Exception {
        assumeTrue(PERCPU);
        try (RunningApplication application = RunningApplication.start("spring.profiles.active=side-by-side")) {
            load(application);
            Scrape besides = Scrape.parse(application.send("GET", "/besides").body());
            Scrape ours = Scrape.parse(text(application.scrape("", null)));
            // Both requests above are in the later scrape only, and the collector is in one PrometheusRegistry.
            Pattern ignored = Pattern.compile(IGNORED + "|percpu_.*|orders_sold_.*|.*uri=\"/besides\".*");
            assertEquals(
                    List.of(),
                    besides.differences(
                            ours,
                            name -> ignored.matcher(name).lookingAt(),
                            name -> Pattern.compile(VARYING).matcher(name).lookingAt()));
        }
    }

    @Test
    void shouldRunWithTheListedVersions() throws Exception {
        assumeTrue(PERCPU);
        try (JarFile application = new JarFile(System.getProperty("application"))) {
            LibraryVersions.check(application.stream().map(JarEntry::getName).toList());
        }
    }

    @Test
    void shouldServeOnWebFluxAndOnAManagementPort() throws Exception {
        assumeTrue(PERCPU);
        for (String type : new String[] {"servlet", "reactive"}) {
            try (RunningApplication application =
                    RunningApplication.startWithManagementPort("spring.main.web-application-type=" + type)) {
                for (int price : new int[] {5, 50, 500}) {
                    assertEquals(
                            200, application.send("POST", "/orders/" + price).statusCode());
                }
                checkFormats(application);
            }
        }
    }

    @Test
    void shouldNameTheKeyThatStopsTheStart() throws Exception {
        assumeTrue(PERCPU);
        String output = RunningApplication.failedStart("percpu.series.maximum=5");

        assertTrue(
                output.contains("percpu.series.maximum is not a known key; the most similar key is percpu.series.max"),
                output);
        assertTrue(output.contains("APPLICATION FAILED TO START"), output);
        assertFalse(output.contains("\tat "), output);
    }
}
