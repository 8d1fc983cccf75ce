package dev.percpu.scrape;

import static dev.percpu.exposition.Escaping.ALLOW_UTF_8;
import static dev.percpu.exposition.Escaping.DOTS;
import static dev.percpu.exposition.Escaping.UNDERSCORES;
import static dev.percpu.exposition.Escaping.VALUES;
import static dev.percpu.scrape.ScrapeType.Format.OPENMETRICS;
import static dev.percpu.scrape.ScrapeType.Format.OPENMETRICS_DRAFT;
import static dev.percpu.scrape.ScrapeType.Format.PROTOBUF;
import static dev.percpu.scrape.ScrapeType.Format.TEXT;
import static dev.percpu.scrape.ScrapeType.Format.TEXT_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.scrape.HeaderScanner.MalformedHeaderException;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScrapeTypeTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "*/*",
                "text/plain",
                "text/*",
                "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
                "text/plain;version=0.0.4;charset=utf-8",
                "application/openmetrics-text;q=0, */*",
                "application/openmetrics-text;version=7.0.0, text/plain;q=0.1",
            })
    void shouldSelectTextIfNoOtherFormatHasAHigherWeight(String accept) throws MalformedHeaderException {
        assertThat(select(accept)).contains(ScrapeType.TEXT);
    }

    @ParameterizedTest
    @EnumSource(Clients.class)
    void shouldSelectTheContentTypeOfEveryClient(Clients client) throws MalformedHeaderException {
        assertThat(select(client.accept())).map(ScrapeType::contentType).contains(client.contentType());
    }

    @Test
    void shouldSelectByWeightThenByOrder() throws MalformedHeaderException {
        assertThat(select("text/plain;q=0.4, application/openmetrics-text;q=0.5"))
                .contains(new ScrapeType(OPENMETRICS, null));
        assertThat(select("application/openmetrics-text, text/plain")).contains(new ScrapeType(OPENMETRICS, null));
        assertThat(select("text/plain, application/openmetrics-text")).contains(ScrapeType.TEXT);
        assertThat(select("*/*;q=0.9, text/plain;q=0.1")).contains(new ScrapeType(OPENMETRICS, null));
    }

    @Test
    void shouldSelectTheRequestedVersion() throws MalformedHeaderException {
        assertThat(select("text/plain;version=1.0.0, text/plain;version=0.0.4;q=0.9"))
                .contains(new ScrapeType(TEXT_1, null));
        assertThat(select("text/plain;version=1.0.0;q=0.8, text/plain;version=0.0.4;q=0.9"))
                .contains(new ScrapeType(TEXT, null));
        assertThat(select("application/openmetrics-text;version=0.0.1"))
                .contains(new ScrapeType(OPENMETRICS_DRAFT, null));
        assertThat(select("application/openmetrics-text")).contains(new ScrapeType(OPENMETRICS, null));
    }

    @Test
    void shouldEscapeByTheSchemeOfTheSelectedRange() throws MalformedHeaderException {
        assertThat(select("application/openmetrics-text;escaping=dots;q=0.5, text/plain;escaping=values;q=0.4"))
                .contains(new ScrapeType(OPENMETRICS, DOTS));
        assertThat(select("application/openmetrics-text;escaping=dots;q=0.3, text/plain;escaping=values;q=0.4"))
                .contains(new ScrapeType(TEXT, VALUES));
        assertThat(select("text/plain;version=1.0.0;escaping=\"allow-utf-8\""))
                .contains(new ScrapeType(TEXT_1, ALLOW_UTF_8));
        assertThat(select("*/*;escaping=underscores")).contains(new ScrapeType(TEXT, UNDERSCORES));
        assertThat(select("application/vnd.google.protobuf, text/plain;escaping=dots;q=0.9"))
                .contains(new ScrapeType(PROTOBUF, null));
    }

    @Test
    void shouldIgnoreAnUnknownEscapingScheme() throws MalformedHeaderException {
        assertThat(select("text/plain;escaping=hieroglyphs")).contains(ScrapeType.TEXT);
    }

    @Test
    void shouldReturnTheSchemeToAClientThatRequestedOne() {
        assertThat(new ScrapeType(TEXT_1, ALLOW_UTF_8).contentType())
                .isEqualTo("text/plain; version=1.0.0; charset=utf-8; escaping=allow-utf-8");
        assertThat(new ScrapeType(TEXT, null).contentType()).isEqualTo("text/plain; version=0.0.4; charset=utf-8");
        assertThat(new ScrapeType(PROTOBUF, DOTS).contentType())
                .isEqualTo("application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; "
                        + "encoding=delimited; escaping=dots");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/json",
                "text/html",
                "text/plain;q=0",
                "text/plain;version=0.0.3",
                "application/vnd.google.protobuf;proto=other.Message",
                "*/*;q=0",
            })
    void shouldSelectNothingForAClientThatAcceptsNoFormat(String accept) throws MalformedHeaderException {
        assertThat(select(accept)).isEmpty();
    }

    private static Optional<ScrapeType> select(String accept) throws MalformedHeaderException {
        return ScrapeType.select(AcceptHeader.parse(accept));
    }
}
