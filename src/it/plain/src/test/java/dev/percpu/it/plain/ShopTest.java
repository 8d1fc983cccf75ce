package dev.percpu.it.plain;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.percpu.it.ScrapeHistory;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ShopTest {
    private static final ScrapeHistory HISTORY = new ScrapeHistory(
            Path.of("target/scrapes"),
            "jvm_gc_(pause|concurrent)_",
            "(jvm|process|system)_|shop_(audit|inventory)_.*_(sum|max)\\{");

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
            HISTORY.add(System.getProperty("registry"), response.body());
        }
    }
}
