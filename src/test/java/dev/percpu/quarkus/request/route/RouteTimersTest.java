package dev.percpu.quarkus.request.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.quarkus.request.Recordings;
import dev.percpu.settings.UriRewrite;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTimersTest {

    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final RouteTimers timers = Recordings.routes(registry, Recordings.NO_RULES, Set.of("/app.js"));

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
                // Vert.x reports mounted and unmounted routes in the same way.
                "/a/ab,          none,          /a/,     /ab,           200,    /a/ab",
                "/ab,            none,          /a/,     /ab,           200,    /ab",
                "/ab/c,          none,          /a/,     /ab,           200,    /ab/*",
                "/a/a/b,         none,          /a/,     /a/b,          200,    /a/a/b",
                "/a/b,           none,          /a/,     /a/b,          200,    /a/b",
                "//a/b,          none,          /a/,     /a/b,          200,    /a/b",
                "/t/9/inside,    none,          /t/:no/, /inside,       200,    /t/{no}/inside",
                "/t/9/things/7,  none,          /t/:no/, /things/:id,   200,    /t/{no}/things/{id}",
                "/api/things/7,  none,          /api/,   /things/:id,   200,    /api/things/{id}",
                "/api/things/7,  none,          /api/,   /things/:id,   404,    /api/things/{id}",
                "//api//things/7/, none,        /api/,   /things/:id,   200,    /api/things/{id}",
                "/things/7,      none,          /api/,   /things/:id,   200,    /things/{id}",
                "/api/things/7,  none,          /api/,   /api/things/:id, 200,  /api/things/{id}",
                "/by-name/7,     none,          none,    the name,      200,    /the name",
                "/app.js,        none,          none,    /,             200,    /app.js",
                "/app.js,        none,          none,    /app.js,       200,    /app.js",
                "/app.js/,       none,          none,    none,          500,    /app.js",
                "/app.js,        none,          none,    /,             304,    REDIRECTION",
                "/app.jsx,       none,          none,    /,             200,    UNKNOWN",
                "/x,             none,          none,    none,          500,    UNKNOWN",
                "/x,             none,          none,    /,             200,    UNKNOWN",
                "none,           none,          none,    none,          400,    UNKNOWN",
                "none,           none,          none,    none,          404,    NOT_FOUND",
            })
    void shouldSelectTheUri(String path, String template, String mount, String route, int status, String uri) {
        assertThat(timers.find(path, template, mount, route, status).uri()).isEqualTo(uri);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                // path,             template,    mount,    route,       status, uri
                "/app/x,             none,        none,     /app/,       401,    UNKNOWN",
                "/app/x,             none,        none,     /app/,       404,    NOT_FOUND",
                "/app/app.js,        none,        none,     /app/,       200,    /app/app.js",
                "/app.js,            none,        none,     none,        500,    UNKNOWN",
                "/app/items/7,       /items/{id}, none,     /app/,       200,    /items/{id}",
                "/app/plain,         none,        /app/,    /plain,      200,    /app/plain",
                "/app/files/a,       none,        /app/,    /files/,     200,    /app/files/*",
                "/app/things/7,      none,        /app/,    /things/:id, 200,    /things/{id}",
                "/app/m/inside,      none,        /m/,      /inside,     200,    /app/m/inside",
                "/app/m/things/7,    none,        /m/,      /things/:id, 200,    /m/things/{id}",
                "/app/plain,         none,        /filter/, /plain,      200,    /app/plain",
                "/plain,             none,        none,     /plain,      200,    /plain",
                "/,                  none,        none,     none,        404,    root",
            })
    void shouldSelectTheUriBelowARootPath(
            String path, String template, String mount, String route, int status, String uri) {
        RouteTimers belowRoot = Recordings.routes(registry, Recordings.NO_RULES, "/app", Set.of("/app/app.js"));

        assertThat(belowRoot.find(path, template, mount, route, status).uri()).isEqualTo(uri);
    }

    @Test
    void shouldRegisterOneTimerPerRouteMethodAndStatus() {
        Timer first = timers.find("/items/1", "/items/{id}", null, null, 200).findOrRegister(MethodLabel.GET, 200);
        Timer second = timers.find("/items/2", "/items/{id}", null, null, 200).findOrRegister(MethodLabel.GET, 200);
        Timer other = timers.find("/items/2", "/items/{id}", null, null, 500).findOrRegister(MethodLabel.GET, 500);

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
    void shouldLabelUnusualStatuses(int status, String label, String outcome) {
        Timer timer = timers.find("/", null, null, null, status).findOrRegister(MethodLabel.GET, status);

        assertThat(timer.getId().getTag("status")).isEqualTo(label);
        assertThat(timer.getId().getTag("outcome")).isEqualTo(outcome);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "none",
            value = {
                // path,      template,     route,      status, uri (none: not recorded)
                "/item/7,     /item/{id},   none,       200,    /item/custom",
                "/item/7/,    /item/{id},   none,       404,    /item/custom",
                "/item/x,     /item/{id},   none,       200,    /item/{id}",
                "/same,       /same,        none,       303,    REDIRECTION",
                "/secret/7,   none,         none,       200,    none",
                "/secret/7,   none,         none,       404,    none",
                "/secret/7/,  none,         /secret/,   500,    none",
                "/x/7,        /hidden/{id}, none,       200,    none",
                "/home,       none,         none,       200,    none",
                "/q/openapi,  none,         /q/openapi, 200,    none",
                "/q,          none,         none,       404,    NOT_FOUND",
                "/plain,      none,         /plain,     403,    UNKNOWN",
                "/plain,      none,         /plain,     500,    UNKNOWN",
                "/plain,      none,         /plain,     -1,     /plain",
                "/plain,      /plain,       none,       400,    UNKNOWN",
                "/items/1,    /items/{id},  none,       400,    /items/{id}",
            })
    void shouldApplyTheConfiguredRules(String path, String template, String route, int status, String uri) {
        UriRules rules = new UriRules(
                List.of(Pattern.compile("/secret/.*"), Pattern.compile("/hidden/\\{id}"), Pattern.compile("/hid")),
                List.of(
                        new UriRewrite(Pattern.compile("/item/[0-9]+"), "/item/custom"),
                        new UriRewrite(Pattern.compile("/same"), "/same"),
                        new UriRewrite(Pattern.compile("/home"), "/hid")),
                "/q/",
                true,
                100);

        UriTimers found = Recordings.routes(registry, rules, Set.of()).find(path, template, null, route, status);

        assertThat(found == null ? null : found.uri()).isEqualTo(uri);
    }

    @Test
    void shouldIgnoreTheRootAndPreflightsByAPattern() {
        UriRules rules = new UriRules(List.of(Pattern.compile("/|/cors.*")), List.of(), null, false, 100);
        RouteTimers ignoring = Recordings.routes(registry, rules, Set.of());

        assertThat(ignoring.find("/", null, null, null, 200)).isNull();
        assertThat(ignoring.preflight()).isNull();
        assertThat(timers.preflight()).isNotNull();
    }

    @Test
    void shouldRecordValuesBeyondTheLimitAsOther() {
        RouteTimers bounded = Recordings.routes(registry, new UriRules(List.of(), List.of(), null, false, 3), Set.of());

        List<String> uris = IntStream.range(0, 10_000)
                .mapToObj(i -> bounded.find("/x", "/made/up/" + i, null, null, 200))
                .peek(found -> found.findOrRegister(MethodLabel.GET, 200).record(Duration.ofMillis(1)))
                .map(UriTimers::uri)
                .distinct()
                .toList();

        assertThat(uris).containsExactly("/made/up/0", "/made/up/1", "/made/up/2", "OTHER");
        assertThat(bounded.find("/x", "/made/up/1", null, null, 200).uri()).isEqualTo("/made/up/1");
        assertThat(bounded.find("/", null, null, null, 200).uri()).isEqualTo("root");
        assertThat(registry.find(RouteTimers.NAME).timers().stream()
                        .mapToLong(Timer::count)
                        .sum())
                .isEqualTo(10_000);
    }

    @Test
    void shouldRegisterAgainAfterRemoval() {
        Timer removed = timers.find("/", null, null, null, 200).findOrRegister(MethodLabel.GET, 200);
        registry.remove(removed);

        timers.find("/", null, null, null, 200)
                .findOrRegister(MethodLabel.GET, 200)
                .record(Duration.ofMillis(1));

        assertThat(registry.get(RouteTimers.NAME).tag("uri", "root").timer().count())
                .isEqualTo(1);
    }
}
