package dev.percpu.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.acceptance.Attack.Flood;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attacks of single clients on the packaged service, with the heap of the manifests. Afterwards it answers, and nothing is left behind. */
@Tag("acceptance")
@Timeout(180)
class ClientAttackTest {
    @TempDir
    private Path directory;

    /** With Vert.x 4.5.27, the end of such a connection was never reported, and the limit of connections was reached for good. */
    @Test
    void shouldReleaseConnectionsThatEndWithinAPipelinedRequest() throws IOException, InterruptedException {
        try (AttackedService service = AttackedService.start(directory, "quarkus.http.limits.max-connections=20")) {
            for (int i = 0; i < 200; i++) {
                Attack.endWithinPipelinedRequest(service.application());
            }
            service.assertThatNothingIsLeft();
            service.assertThatItAnswers();
            assertThat(service.output().lines()).as("log lines").hasSizeLessThan(30);
        }
    }

    /** Only the first response of a connection can reach the socket: the client has closed it without reading. */
    @Test
    void shouldCountRequestsWithoutAnAnswerAsReset() throws IOException, InterruptedException {
        try (AttackedService service = AttackedService.start(directory)) {
            for (int i = 0; i < 100; i++) {
                Attack.sendAndReset(service.application(), "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n".repeat(20));
            }
            service.assertThatNothingIsLeft();
            assertThat(service.sum("http_server_requests_seconds_count", Map.of("status", "404")))
                    .isLessThanOrEqualTo(100);
            assertThat(service.sum("http_server_requests_seconds_count", Map.of("status", "RESET")))
                    .isPositive();
        }
    }

    @Test
    void shouldLogOneLinePerKindOfMalformedRequest() throws IOException, InterruptedException {
        try (AttackedService service = AttackedService.start(directory)) {
            service.assertThatItAnswers();
            long before = service.output().lines().count();
            for (URI port : List.of(service.application(), service.management())) {
                for (String text : Attack.MALFORMED) {
                    for (int i = 0; i < 20; i++) {
                        Attack.send(port, text);
                    }
                }
            }
            service.assertThatNothingIsLeft();
            service.assertThatItAnswers();
            assertThat(service.output().lines().count() - before)
                    .as(service.output())
                    .isLessThanOrEqualTo(Attack.MALFORMED.size());
        }
    }

    @Test
    void shouldBoundTheRequestsOfClientsThatDoNotRead() throws IOException, InterruptedException {
        try (AttackedService service = AttackedService.start(directory)) {
            try (var _ = Attack.start(service.application(), Flood.PIPELINED, 30)) {
                Thread.sleep(Duration.ofSeconds(15)); // the attack lasts this long
                service.assertThatItAnswers();
            }
            service.assertThatNothingIsLeft();
            service.assertThatItAnswers();
        }
    }

    @Test
    void shouldStayLiveWithAsManyClientsAsAllowed() throws IOException, InterruptedException {
        try (AttackedService service = AttackedService.start(directory, "quarkus.http.limits.max-connections=20")) {
            for (int i = 0; i < 10; i++) {
                assertThat(service.liveness()).contains("\"checked\": true", "\"UP\"");
            }
            assertThat(service.scrape())
                    .as("a check is no request")
                    .doesNotContain("http_server_requests_seconds_count{", "http_server_errors_total{");
            assertThat(service.output()).doesNotContain("WARN", "ERROR");
            List<Socket> sockets = Attack.open(service.application(), 20);
            for (int i = 0; i < 5; i++) {
                assertThat(service.liveness()).contains("\"UP\"");
            }
            close(sockets);
            service.assertThatNothingIsLeft();
            service.assertThatItAnswers();
        }
    }

    /** Without a descriptor, the class loader of Quarkus cannot open an archive, and blocked both event loops for good. */
    @Test
    void shouldKeepDescriptorsWithMoreClientsThanDescriptors() throws IOException, InterruptedException {
        UnaryOperator<List<String>> limited = command -> {
            List<String> changed = new ArrayList<>(List.of("sh", "-c", "ulimit -n 200; exec \"$@\"", "sh"));
            changed.addAll(command);
            return changed;
        };
        try (AttackedService service = AttackedService.start(directory, limited)) {
            List<Socket> sockets = Attack.open(service.application(), 400);
            for (int i = 0; i < 4; i++) {
                assertThat(service.liveness()).contains("\"UP\"");
            }
            close(sockets);
            service.assertThatItAnswers();
            service.assertThatNothingIsLeft();
            assertThat(service.output()).containsOnlyOnce("200 open files").doesNotContain("ERROR", "Exception");
        }
    }

    /** Pings and settings are no requests, so the limit must hold before the first one. Netty allows 10,000 waiting frames. */
    @Test
    void shouldSurviveHttp2FramesOfClientsThatDoNotRead() throws IOException, InterruptedException {
        try (AttackedService service = AttackedService.start(directory)) {
            List<Attack> attacks = new ArrayList<>();
            for (URI port : List.of(service.application(), service.management())) {
                for (Flood flood : List.of(Flood.STREAMS, Flood.RAPID_RESETS, Flood.PINGS, Flood.SETTINGS)) {
                    attacks.add(Attack.start(port, flood, 20));
                }
            }
            Thread.sleep(Duration.ofSeconds(15)); // the attack lasts this long
            service.assertThatItAnswers();
            for (Attack attack : attacks) {
                attack.close();
            }
            service.assertThatNothingIsLeft();
            service.assertThatItAnswers();
            assertThat(service.output().lines()).as(service.output()).hasSizeLessThan(15);
        }
    }

    /** Netty closes connections of too many resets and refused streams at once, and the service those whose clients do not read later. */
    @ParameterizedTest
    @EnumSource(names = "PIPELINED", mode = EnumSource.Mode.EXCLUDE)
    void shouldCloseConnectionsOfFloods(Flood flood) throws IOException, InterruptedException {
        try (AttackedService service = AttackedService.start(
                directory, "quarkus.http.idle-timeout=2S", "quarkus.management.idle-timeout=2S")) {
            for (URI port : List.of(service.application(), service.management())) {
                try (Attack attack = Attack.start(port, flood, 3)) {
                    assertThat(attack.isClosedWithin(Duration.ofSeconds(20)))
                            .as(port.toString())
                            .isTrue();
                }
            }
            service.assertThatItAnswers();
        }
    }

    private static void close(List<Socket> sockets) throws IOException {
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
