package dev.percpu.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenAddressTest {

    @ParameterizedTest
    @CsvSource({
        "8125, 127.0.0.1:8125",
        "localhost:0, localhost:0",
        "0.0.0.0:8125, 0.0.0.0:8125",
        "[::1]:8125, [::1]:8125",
        "[::]:8125, [::]:8125"
    })
    void shouldBeShownInTheFormOfTheConfiguration(String text, String shown) {
        assertThat(ListenAddress.parse(text)).hasToString(shown);
    }

    @ParameterizedTest
    @CsvSource({"8125, 127.0.0.1", "localhost:8125, 127.0.0.1", "[::1]:8125, ::1", "0.0.0.0:8125, 0.0.0.0"})
    void shouldResolveAddressesAndNames(String text, String address) throws UnknownHostException {
        assertThat(ListenAddress.parse(text).resolve()).isEqualTo(new InetSocketAddress(address, 8125));
    }

    @Test
    void shouldRejectANameWithoutAnAddress() {
        assertThatExceptionOfType(UnknownHostException.class)
                .isThrownBy(() -> ListenAddress.parse("999.1.1.1:8125").resolve())
                .withMessageContaining("999.1.1.1");
    }
}
