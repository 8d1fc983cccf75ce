package dev.percpu.exposition;

import static dev.percpu.exposition.ScrapeFormat.OPENMETRICS;
import static dev.percpu.exposition.ScrapeFormat.PROTOBUF;
import static dev.percpu.exposition.ScrapeFormat.TEXT;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScrapeFormatTest {

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
    void shouldAnswerInTextWhereNothingElseIsLikedBetter(String accept) throws AcceptHeader.MalformedException {
        assertThat(ScrapeFormat.choose(AcceptHeader.parse(accept))).contains(TEXT);
    }

    @Test
    void shouldAnswerPrometheusInItsFavouriteFormat() throws AcceptHeader.MalformedException {
        String prometheus242 =
                "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
                        + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
        String prometheus3 = "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
                + "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
                + "text/plain;version=0.0.4;q=0.3,*/*;q=0.2";
        String nativeHistograms =
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
                        + "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

        assertThat(ScrapeFormat.choose(AcceptHeader.parse(prometheus242))).contains(OPENMETRICS);
        assertThat(ScrapeFormat.choose(AcceptHeader.parse(prometheus3))).contains(OPENMETRICS);
        assertThat(ScrapeFormat.choose(AcceptHeader.parse(nativeHistograms))).contains(PROTOBUF);
    }

    @Test
    void shouldFollowWeightsFirstAndTheClientsOrderThen() throws AcceptHeader.MalformedException {
        assertThat(ScrapeFormat.choose(AcceptHeader.parse("text/plain;q=0.4, application/openmetrics-text;q=0.5")))
                .contains(OPENMETRICS);
        assertThat(ScrapeFormat.choose(AcceptHeader.parse("application/openmetrics-text, text/plain")))
                .contains(OPENMETRICS);
        assertThat(ScrapeFormat.choose(AcceptHeader.parse("text/plain, application/openmetrics-text")))
                .contains(TEXT);
        assertThat(ScrapeFormat.choose(AcceptHeader.parse("*/*;q=0.9, text/plain;q=0.1")))
                .contains(OPENMETRICS);
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
    void shouldOfferNothingToAClientThatTakesNoneOfTheFormats(String accept) throws AcceptHeader.MalformedException {
        assertThat(ScrapeFormat.choose(AcceptHeader.parse(accept))).isEmpty();
    }
}
