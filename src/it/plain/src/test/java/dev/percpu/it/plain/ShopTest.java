package dev.percpu.it.plain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.percpu.it.LibraryVersions;
import dev.percpu.it.ScrapeHistory;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShopTest {
    private static final ScrapeHistory HISTORY = new ScrapeHistory(
            Path.of("target/scrapes"),
            "jvm_gc_(pause|concurrent)_",
            "(jvm|process|system)_|shop_(audit|inventory|order)_.*_(sum|max|bucket)\\{");

    @Test
    void shouldExposeWhatTheOtherRegistryExposes() throws Exception {
        try (Shop shop = new Shop();
                HttpClient client = HttpClient.newHttpClient()) {
            shop.load();

            HttpResponse<String> response = client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + shop.port() + "/metrics"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertEquals(200, response.statusCode());
            assertEquals(
                    "text/plain; version=0.0.4; charset=utf-8",
                    response.headers().firstValue("Content-Type").orElseThrow());
            String order = "application=\"shop\",class=\"dev.percpu.it.plain.Shop\",exception=\"none\",";
            assertHas(response, "shop_order_seconds_count{" + order + "method=\"order\"} 1000");
            assertHas(response, "shop_order_calls_total{" + order + "method=\"order\",result=\"success\"} 1000.0");
            HISTORY.add(System.getProperty("registry"), response.body());
        }
    }

    private static void assertHas(HttpResponse<String> response, String series) {
        assertTrue(response.body().contains("\n" + series + "\n"), response.body());
    }

    @Test
    void shouldRunWithTheListedVersions() throws IOException {
        assumeTrue(System.getProperty("registry").equals("percpu"));
        LibraryVersions.check(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
    }
}
