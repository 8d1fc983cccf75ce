package dev.percpu.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.scrape.HeaderScanner.MalformedHeaderException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AcceptEncodingTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "GZip",
                "x-gzip",
                "gzip, deflate, br",
                "deflate;q=1.0, gzip;q=0.1",
                "gzip ; q=0.5 , identity;q=0.5",
                "*",
                "br, *;q=0.2",
                "identity;q=0, gzip;q=0.001",
            })
    void shouldPreferGzipWithAtLeastTheWeightOfIdentity(String header) throws MalformedHeaderException {
        assertThat(AcceptEncoding.parse(header).prefersGzip()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void shouldPreferGzipForClientsThatDecompress(ClientEncodings client) throws MalformedHeaderException {
        AcceptEncoding encoding = AcceptEncoding.parse(client.acceptEncoding());

        assertThat(encoding.prefersGzip()).isEqualTo(client.acceptsGzip());
        assertThat(encoding.acceptsIdentity()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " , ",
                "identity",
                "deflate, br",
                "gzip;q=0",
                "gzip;q=0.000, *",
                "*;q=0, identity",
                "gzip;q=0.4, identity;q=0.5",
                "identity, *;q=0.9",
            })
    void shouldNotPreferGzipThatIsNotAcceptedOrHasALowerWeight(String header) throws MalformedHeaderException {
        AcceptEncoding encoding = AcceptEncoding.parse(header);

        assertThat(encoding.prefersGzip()).isFalse();
        assertThat(encoding.acceptsIdentity()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"identity;q=0", "*;q=0", "gzip, identity;q=0", "gzip, *;q=0.0"})
    void shouldNotAcceptIdentityOfWeightZero(String header) throws MalformedHeaderException {
        assertThat(AcceptEncoding.parse(header).acceptsIdentity()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {";;;|1", "gzip;|6", "gzip;p=1|6", "gzip;q|7", "gzip;q=2|8", "gzip deflate|6", "gzip/1|5"})
    void shouldReportTheFirstInvalidCharacter(String header, int character) {
        assertThatThrownBy(() -> AcceptEncoding.parse(header))
                .isInstanceOf(MalformedHeaderException.class)
                .hasMessageStartingWith("The header Accept-Encoding must have ")
                .hasMessageEndingWith(" at character " + character + ".");
    }
}
