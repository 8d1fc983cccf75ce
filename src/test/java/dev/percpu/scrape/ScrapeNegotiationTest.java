package dev.percpu.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.settings.Compression;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ScrapeNegotiationTest {
    private final ScrapeNegotiation plain = new ScrapeNegotiation(Compression.OFF);
    private final ScrapeNegotiation compressing = new ScrapeNegotiation(Compression.FAST);

    @Test
    void shouldSelectTextForARequestWithoutHeaders() {
        ScrapeNegotiation.Accepted text = new ScrapeNegotiation.Accepted(
                ScrapeType.TEXT,
                Compression.OFF,
                Map.of("Content-Type", "text/plain; version=0.0.4; charset=utf-8", "Vary", "Accept"));

        assertThat(plain.negotiate(null, null)).isEqualTo(text);
        assertThat(plain.negotiate(List.of(), List.of())).isEqualTo(text);
        assertThat(plain.negotiate(List.of(), List.of("gzip"))).isEqualTo(text);
    }

    @ParameterizedTest
    @EnumSource
    void shouldReturnTheContentTypeOfEveryClient(Clients client) {
        assertThat(plain.negotiate(List.of(client.accept()), null))
                .asInstanceOf(InstanceOfAssertFactories.type(ScrapeNegotiation.Accepted.class))
                .satisfies(
                        accepted -> assertThat(accepted.headers()).containsEntry("Content-Type", client.contentType()));
    }

    @Test
    void shouldReadAllLinesOfAHeader() {
        assertThat(compressing.negotiate(
                        List.of("text/plain;q=0.4", "application/openmetrics-text;q=0.5"), List.of("br", "gzip")))
                .isEqualTo(new ScrapeNegotiation.Accepted(
                        new ScrapeType(ScrapeType.Format.OPENMETRICS, null),
                        Compression.FAST,
                        Map.of(
                                "Content-Type",
                                "application/openmetrics-text; version=1.0.0; charset=utf-8",
                                "Vary",
                                "Accept, Accept-Encoding",
                                "Content-Encoding",
                                "gzip")));
    }

    @Test
    void shouldNotCompressForAClientThatPrefersIdentity() {
        assertThat(compressing.negotiate(null, List.of("gzip;q=0.4, identity;q=0.5")))
                .isEqualTo(new ScrapeNegotiation.Accepted(
                        ScrapeType.TEXT,
                        Compression.OFF,
                        Map.of(
                                "Content-Type",
                                "text/plain; version=0.0.4; charset=utf-8",
                                "Vary",
                                "Accept, Accept-Encoding")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                ";;;|gzip;q=7|400|The header Accept must have a media type at character 1.",
                "text/plain|gzip;q=7|400|The header Accept-Encoding must have a weight from 0 to 1 with at most three decimals at character 8.",
                "application/json|gzip;q=7|406|The Accept header must allow text/plain (version 0.0.4 or 1.0.0), application/openmetrics-text (version 1.0.0 or 0.0.1) or application/vnd.google.protobuf.",
                "text/plain|gzip, identity;q=0|406|The Accept-Encoding header must allow identity.",
            })
    void shouldRejectWithStatusAndReason(String accept, String acceptEncoding, int status, String reason) {
        assertThat(plain.negotiate(List.of(accept), List.of(acceptEncoding)))
                .isEqualTo(new ScrapeNegotiation.Rejected(status, reason));
    }

    @Test
    void shouldOfferGzipInTheReasonOfAnEndpointThatCompresses() {
        assertThat(compressing.negotiate(null, List.of("br, *;q=0")))
                .isEqualTo(
                        new ScrapeNegotiation.Rejected(406, "The Accept-Encoding header must allow identity or gzip."));
    }

    @Test
    void shouldCompressTheBodyOnlyIfNegotiated() throws IOException {
        ByteArrayOutputStream identity = new ByteArrayOutputStream();
        ByteArrayOutputStream gzip = new ByteArrayOutputStream();
        try (OutputStream body = accepted("identity").body(identity)) {
            body.write("a 1.0\n".getBytes(StandardCharsets.UTF_8));
        }
        try (OutputStream body = accepted("gzip").body(gzip)) {
            body.write("a 1.0\n".getBytes(StandardCharsets.UTF_8));
        }

        assertThat(identity.toString(StandardCharsets.UTF_8)).isEqualTo("a 1.0\n");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(gzip.toByteArray())).readAllBytes())
                .isEqualTo("a 1.0\n".getBytes(StandardCharsets.UTF_8));
    }

    private ScrapeNegotiation.Accepted accepted(String acceptEncoding) {
        return (ScrapeNegotiation.Accepted) compressing.negotiate(null, List.of(acceptEncoding));
    }
}
