package dev.percpu.it.vertx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.percpu.it.ScrapeHistory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ShopTest {
    private static final ScrapeHistory HISTORY = new ScrapeHistory(
            Path.of("target/scrapes"), "-", "jvm_|kafka_|vertx_pool_|vertx_.*_seconds_(sum|max)(\\{|$)");

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
            assertTrue(response.body().contains("\nkafka_producer_"));
            assertTrue(
                    response.body()
                            .contains(
                                    "\nvertx_http_server_response_time_seconds_count{code=\"200\",method=\"GET\",path=\"/orders\"} 100"));
            HISTORY.add(System.getProperty("registry"), response.body());
        }
    }

    private static HttpResponse<String> get(HttpClient client, Shop shop, String path)
            throws IOException, InterruptedException {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + shop.port() + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }
}
