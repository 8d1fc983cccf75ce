package dev.percpu.quarkus.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.LowLimits;
import dev.percpu.scrape.ClientEncodings;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Compressed scrapes, requested by a client that does not decompress by itself. */
@QuarkusTest
@TestProfile(LowLimits.class)
class CompressedScrapeTest {

    @TestHTTPResource(value = "/", management = true)
    URI management;

    @Test
    void shouldCompressForAClientThatAcceptsGzip() throws Exception {
        HttpResponse<byte[]> scrape = scrape("gzip", "GET");

        assertThat(scrape.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(scrape.headers().firstValue("Vary")).contains("Accept, Accept-Encoding");
        assertThat(scrape.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
        String text = decompress(scrape.body());
        assertThat(text).contains("# TYPE jvm_memory_used_bytes gauge\n").endsWith("\n");
        assertThat(scrape.body().length).isLessThan(text.length() / 2);
    }

    @ParameterizedTest
    @EnumSource
    void shouldUseACodingThatTheClientAccepts(ClientEncodings client) throws Exception {
        HttpResponse<byte[]> scrape = scrape(client.acceptEncoding(), "GET");

        assertThat(scrape.headers().allValues("Content-Encoding"))
                .isEqualTo(client.acceptsGzip() ? List.of("gzip") : List.of());
        String text =
                client.acceptsGzip() ? decompress(scrape.body()) : new String(scrape.body(), StandardCharsets.UTF_8);
        assertThat(text).contains("# TYPE jvm_memory_used_bytes gauge\n").endsWith("\n");
    }

    @Test
    void shouldReturnContentEncodingForHead() throws Exception {
        HttpResponse<byte[]> head = scrape("gzip", "HEAD");

        assertThat(head.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(head.body()).isEmpty();
    }

    @Test
    void shouldNotCompressForAClientThatRejectsGzipOrPrefersIdentity() throws Exception {
        for (String encoding : List.of("identity", "gzip;q=0", "gzip;q=0.4, identity;q=0.5", "deflate")) {
            HttpResponse<byte[]> scrape = scrape(encoding, "GET");

            assertThat(scrape.headers().firstValue("Content-Encoding"))
                    .as(encoding)
                    .isEmpty();
            assertThat(new String(scrape.body(), StandardCharsets.UTF_8))
                    .contains("# TYPE jvm_memory_used_bytes gauge\n");
        }
    }

    private HttpResponse<byte[]> scrape(String encoding, String method) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(management.resolve("/q/metrics"))
                .header("Accept-Encoding", encoding)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            assertThat(response.statusCode()).isEqualTo(200);
            return response;
        }
    }

    private static String decompress(byte[] body) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
