package dev.percpu.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTimersTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RouteTimers timers = new RouteTimers(registry);

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                // path,         template,      mount,   route,         status, uri
                "/,              none,          none,    none,          200,    root",
                "'',             none,          none,    none,          404,    root",
                "/items/7,       /items/{id},   none,    /,             200,    /items/{id}",
                "/items/7,       /items/{id}/,  none,    /,             404,    /items/{id}",
                "/items/7,       /items/{id},   none,    /,             303,    /items/{id}",
                "/items,         /items,        none,    /,             200,    /items",
                "/items,         /items,        none,    /,             404,    NOT_FOUND",
                "/items/,        /items,        none,    /,             404,    NOT_FOUND",
                "/items,         /items,        none,    /,             303,    REDIRECTION",
                "/items,         /items,        none,    /,             500,    /items",
                "/app,           /,             none,    /,             200,    root",
                "/things/7,      none,          none,    /things/:id,   200,    /things/{id}",
                "/things/7,      none,          none,    /things/:id,   404,    /things/{id}",
                "/plain,         none,          none,    /plain,        200,    /plain",
                "/plain,         none,          none,    /plain,        404,    NOT_FOUND",
                "/plain,         none,          none,    /plain,        500,    /plain",
                "/plain,         none,          none,    /plain,        -1,     /plain",
                "/files/a/b,     none,          none,    /files/,       200,    /files/*",
                "/api/inside,    none,          /api/,   /inside,       200,    /api/inside",
                "/x,             none,          none,    none,          500,    UNKNOWN",
                "/x,             none,          none,    /,             200,    UNKNOWN",
                "none,           none,          none,    none,          400,    UNKNOWN",
                "none,           none,          none,    none,          404,    NOT_FOUND",
            })
    void shouldChooseTheUri(String path, String template, String mount, String route, int status, String uri) {
        assertThat(timers.find(path, template, mount, route, status).uri()).isEqualTo(uri);
    }

    @Test
    void shouldHoldOneTimerPerRouteMethodAndStatus() {
        Timer first = timers.find("/items/1", "/items/{id}", null, null, 200).timer(MethodLabel.GET, 200);
        Timer second = timers.find("/items/2", "/items/{id}", null, null, 200).timer(MethodLabel.GET, 200);
        Timer other = timers.find("/items/2", "/items/{id}", null, null, 500).timer(MethodLabel.GET, 500);

        assertThat(second).isSameAs(first).isNotSameAs(other);
        assertThat(first.getId().getTags())
                .containsExactlyInAnyOrder(
                        Tag.of("method", "GET"),
                        Tag.of("outcome", "SUCCESS"),
                        Tag.of("status", "200"),
                        Tag.of("uri", "/items/{id}"));
    }

    @ParameterizedTest
    @CsvSource({"-1, RESET, CLIENT_ERROR", "0, UNKNOWN, UNKNOWN", "1000, UNKNOWN, UNKNOWN", "101, 101, INFORMATIONAL"})
    void shouldLabelStatusesThatAreNoUsualOnes(int status, String label, String outcome) {
        Timer timer = timers.find("/", null, null, null, status).timer(MethodLabel.GET, status);

        assertThat(timer.getId().getTag("status")).isEqualTo(label);
        assertThat(timer.getId().getTag("outcome")).isEqualTo(outcome);
    }

    @Test
    void shouldRegisterAnewAfterRemoval() {
        Timer removed = timers.find("/", null, null, null, 200).timer(MethodLabel.GET, 200);
        registry.remove(removed);

        timers.find("/", null, null, null, 200).timer(MethodLabel.GET, 200).record(Duration.ofMillis(1));

        assertThat(registry.get(RouteTimers.NAME).tag("uri", "root").timer().count())
                .isEqualTo(1);
    }
}
