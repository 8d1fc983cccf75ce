package dev.percpu.it.vertx;

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
            "-",
            "jvm_|kafka_|vertx_pool_|(vertx_.*|shop_(checkout_work|payment)(_active)?)_seconds_(sum|max)(\\{|$)");

    @Test
    void shouldExposeWhatTheOtherRegistryExposes() throws Exception {
        try (Shop shop = new Shop();
                HttpClient client = HttpClient.newHttpClient()) {
            for (int i = 0; i < 100; i++) {
                assertEquals(200, get(client, shop, "/orders").statusCode());
                assertEquals(404, get(client, shop, "/none").statusCode());
            }

            HttpResponse<String> response = get(client, shop, "/metrics");

            assertEquals(200, response.statusCode());
            assertEquals(
                    "text/plain; version=0.0.4; charset=utf-8",
                    response.headers().firstValue("Content-Type").orElseThrow());
            assertHas(response, "kafka_producer_");
            assertHas(
                    response,
                    "vertx_http_server_response_time_seconds_count{code=\"200\",method=\"GET\",path=\"/orders\"} 100\n");
            String checkout = "class=\"dev.percpu.it.vertx.Shop\",exception=\"none\",method=\"checkout\"";
            assertHas(response, "shop_checkout_work_seconds_count{" + checkout + "} 100\n");
            assertHas(response, "shop_checkout_calls_total{" + checkout + ",result=\"success\"} 100.0\n");
            assertHas(response, "shop_payment_seconds_count{error=\"none\"} 100\n");
            HISTORY.add(System.getProperty("registry"), response.body());
        }
    }

    private static void assertHas(HttpResponse<String> response, String start) {
        assertTrue(response.body().contains("\n" + start), response.body());
    }

    private static HttpResponse<String> get(HttpClient client, Shop shop, String path)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + shop.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void shouldRunWithTheListedVersions() throws IOException {
        assumeTrue(System.getProperty("registry").equals("percpu"));
        LibraryVersions.check(List.of(System.getProperty("java.class.path").split(File.pathSeparator)));
    }
}
