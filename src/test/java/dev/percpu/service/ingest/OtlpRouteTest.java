package dev.percpu.service.ingest;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.UnknownFieldSet;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.service.status.OpenApiDocument;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.metrics.v1.AggregationTemporality;
import io.opentelemetry.proto.metrics.v1.Metric;
import io.opentelemetry.proto.metrics.v1.NumberDataPoint;
import io.opentelemetry.proto.metrics.v1.Sum;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint of OTLP: status, encodings, limits. What becomes of points is tested in OtlpReceiverTest. */
@QuarkusTest
@TestProfile(OtlpProfile.class)
class OtlpRouteTest {
    private static final String PATH = "/v1/metrics";
    private static final String PROTOBUF = "application/x-protobuf";
    private static final String JSON = "application/json";

    @Inject
    PerCpuMeterRegistry registry;

    @TestHTTPResource("/")
    URI application;

    private static RequestSpecification sender() {
        return given().header("Authorization", "Bearer " + OtlpProfile.TOKEN);
    }

    private static ExportMetricsServiceRequest request(String name, long value) {
        return request(name, value, 0);
    }

    private static ExportMetricsServiceRequest request(String name, long value, int padding) {
        ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.newBuilder();
        request.addResourceMetricsBuilder()
                .addScopeMetricsBuilder()
                .addMetrics(Metric.newBuilder()
                        .setName(name)
                        .setDescription("x".repeat(padding))
                        .setSum(Sum.newBuilder()
                                .setIsMonotonic(true)
                                .setAggregationTemporality(AggregationTemporality.AGGREGATION_TEMPORALITY_DELTA)
                                .addDataPoints(NumberDataPoint.newBuilder()
                                        .setAsInt(value)
                                        .setTimeUnixNano(System.nanoTime())
                                        .addAttributes(KeyValue.newBuilder()
                                                .setKey("a")
                                                .setValue(AnyValue.newBuilder().setStringValue("b"))))));
        return request.build();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(content);
        }
        return out.toByteArray();
    }

    private List<String> samples(String name) {
        return registry.scrape().lines().filter(line -> line.startsWith(name)).toList();
    }

    /** Returns the message of a Status in protobuf. */
    private static String message(Response response) throws InvalidProtocolBufferException {
        assertThat(response.contentType()).isEqualTo(PROTOBUF);
        UnknownFieldSet status = UnknownFieldSet.parseFrom(response.asByteArray());
        assertThat(status.getField(1).getVarintList()).hasSize(1);
        ByteString message = status.getField(2).getLengthDelimitedList().getFirst();
        return message.toStringUtf8();
    }

    @Test
    void shouldAcceptProtobuf() throws IOException {
        Response response = sender().contentType(PROTOBUF)
                .body(request("route.protobuf", 3).toByteArray())
                .post(PATH);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.contentType()).isEqualTo(PROTOBUF);
        assertThat(ExportMetricsServiceResponse.parseFrom(response.asByteArray()))
                .isEqualTo(ExportMetricsServiceResponse.getDefaultInstance());
        assertThat(samples("route_protobuf")).containsExactly("route_protobuf_total{a=\"b\"} 3.0");
    }

    @Test
    void shouldAcceptJson() {
        String body = """
                {"resourceMetrics": [{"resource": {"attributes": [
                    {"key": "service.name", "value": {"stringValue": "shop"}}]},
                  "scopeMetrics": [{"scope": {"name": "s"}, "future": {"field": [1]}, "metrics": [
                    {"name": "route.json", "unit": "1", "sum": {"aggregationTemporality": 1, "isMonotonic": true,
                      "dataPoints": [{"asInt": "4", "startTimeUnixNano": "1", "timeUnixNano": 2,
                        "attributes": [{"key": "n", "value": {"intValue": 5}}],
                        "exemplars": [{"asDouble": 1, "traceId": "5b8efff798038103d269b633813fc60c",
                          "spanId": "eee19b7ec3c1b174"}]}]}},
                    {"name": "route.named", "sum": {"aggregationTemporality": "AGGREGATION_TEMPORALITY_DELTA",
                      "dataPoints": [{"asDouble": 0.5, "timeUnixNano": "2"}]}}]}]}]}
                """;

        Response response = sender().contentType(JSON).body(body).post(PATH);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.contentType()).isEqualTo(JSON);
        assertThat(response.asString()).isEqualTo("{}");
        assertThat(samples("route_json")).containsExactly("route_json_total{job=\"shop\",n=\"5\"} 4.0");
        assertThat(samples("route_named")).containsExactly("route_named{job=\"shop\"} 0.5");
    }

    @Test
    void shouldAnswerPartialSuccess() throws IOException {
        byte[] bad = request("route.partial", -1).toByteArray();

        Response protobuf = sender().contentType(PROTOBUF).body(bad).post(PATH);
        Response json = sender().contentType(JSON)
                .body("{\"resourceMetrics\":[{\"scopeMetrics\":[{\"metrics\":[{\"name\":\"route.partial\",\"summary\":"
                        + "{\"dataPoints\":[{},{}]}}]}]}]}")
                .post(PATH);

        assertThat(protobuf.statusCode()).isEqualTo(200);
        assertThat(ExportMetricsServiceResponse.parseFrom(protobuf.asByteArray())
                        .getPartialSuccess()
                        .getErrorMessage())
                .startsWith("value: route.partial: ");
        assertThat(json.statusCode()).isEqualTo(200);
        assertThat(json.asString())
                .startsWith(
                        "{\"partialSuccess\":{\"rejectedDataPoints\":\"2\",\"errorMessage\":\"summary: route.partial: ");
    }

    @Test
    void shouldDecompress() throws IOException {
        Response response = sender().contentType(PROTOBUF)
                .header("Content-Encoding", "gzip")
                .body(gzip(request("route.gzip", 3).toByteArray()))
                .post(PATH);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(samples("route_gzip")).containsExactly("route_gzip_total{a=\"b\"} 3.0");
    }

    @Test
    void shouldRequireTheToken() throws IOException {
        for (String authorization : List.of("", "Bearer", "Bearer secret", "Basic c2VjcmV0IHRva2Vu")) {
            Response response = given().header("Authorization", authorization)
                    .contentType(PROTOBUF)
                    .body(request("route.token", 3).toByteArray())
                    .post(PATH);
            assertThat(response.statusCode()).isEqualTo(401);
            assertThat(response.header("WWW-Authenticate")).isEqualTo("Bearer");
            assertThat(message(response)).contains("Authorization");
        }
        assertThat(samples("route_token")).isEmpty();
    }

    @Test
    void shouldRejectOtherMethodsAndTypes() throws IOException {
        assertThat(sender().get(PATH).statusCode()).isEqualTo(405);
        assertThat(sender().contentType("text/plain").body("x").post(PATH).statusCode())
                .isEqualTo(415);
        assertThat(sender().contentType("text/plain").body("x").post(PATH).asString())
                .startsWith("{\"code\":3,\"message\":");
        Response encoded = sender().contentType(PROTOBUF)
                .header("Content-Encoding", "br")
                .body(new byte[1])
                .post(PATH);
        assertThat(encoded.statusCode()).isEqualTo(415);
        assertThat(message(encoded)).contains("Content-Encoding");
    }

    @Test
    void shouldRejectMalformedBodies() throws IOException {
        byte[] valid = request("route.malformed", 3).toByteArray();
        Response protobuf = sender().contentType(PROTOBUF)
                .body(java.util.Arrays.copyOf(valid, valid.length - 1))
                .post(PATH);
        assertThat(protobuf.statusCode()).isEqualTo(400);
        assertThat(message(protobuf)).startsWith("body must be an ExportMetricsServiceRequest");

        Response json =
                sender().contentType(JSON).body("{\"resourceMetrics\": 1}").post(PATH);
        assertThat(json.statusCode()).isEqualTo(400);
        assertThat(json.contentType()).isEqualTo(JSON);
        assertThat(json.asString()).startsWith("{\"code\":3,\"message\":\"body must be");

        Response notGzip = sender().contentType(PROTOBUF)
                .header("Content-Encoding", "gzip")
                .body(valid)
                .post(PATH);
        assertThat(notGzip.statusCode()).isEqualTo(400);
        assertThat(message(notGzip)).startsWith("body must be gzip");
        assertThat(samples("route_malformed")).isEmpty();
    }

    @Test
    void shouldAcceptBodiesBeyondTheLimitOfOtherEndpoints() {
        byte[] body = request("route.large", 3, 40 * 1024).toByteArray();

        assertThat(sender().contentType(PROTOBUF).body(body).post(PATH).statusCode())
                .isEqualTo(200);
    }

    @Test
    void shouldRejectLargeBodies() throws IOException {
        byte[] large = request("route.too.large", 3, OtlpProfile.MAX_BODY).toByteArray();

        Response sized = sender().contentType(PROTOBUF).body(large).post(PATH);
        assertThat(sized.statusCode()).isEqualTo(413);
        assertThat(message(sized)).contains("percpu.ingest.otlp.max-body");

        try (Client chunked = new Client()) {
            chunked.head("Transfer-Encoding: chunked");
            chunked.write((Integer.toHexString(large.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            chunked.write(large);
            assertThat(chunked.status()).isEqualTo(413);
        }

        Response compressed = sender().contentType(PROTOBUF)
                .header("Content-Encoding", "gzip")
                .body(gzip(large))
                .post(PATH);
        assertThat(compressed.statusCode()).isEqualTo(413);
        assertThat(message(compressed)).contains("percpu.ingest.otlp.max-body");
        assertThat(samples("route_too_large")).isEmpty();
    }

    @Test
    void shouldStopAtABomb() throws IOException {
        byte[] bomb = gzip(new byte[40 << 20]);
        assertThat(bomb.length).isLessThan(OtlpProfile.MAX_BODY);

        Response response = sender().contentType(PROTOBUF)
                .header("Content-Encoding", "gzip")
                .body(bomb)
                .post(PATH);

        assertThat(response.statusCode()).isEqualTo(413);
    }

    @Test
    void shouldNotHoldWorkersForSlowBodies() throws IOException {
        List<Client> slow = new ArrayList<>();
        try {
            // More than there are permits and workers.
            for (int i = 0; i < 20; i++) {
                Client client = new Client();
                slow.add(client);
                client.head("Content-Length: 1000");
                client.write(new byte[] {1});
            }
            assertThat(sender().contentType(PROTOBUF)
                            .body(request("route.slow", 3).toByteArray())
                            .post(PATH)
                            .statusCode())
                    .isEqualTo(200);
            for (Client client : slow) {
                assertThat(client.status()).isEqualTo(408);
            }
        } finally {
            for (Client client : slow) {
                client.close();
            }
        }
        assertThat(samples("route_slow")).hasSize(1);
    }

    @Test
    void shouldCountPointsByReason() {
        sender().contentType(PROTOBUF)
                .body(request("route.counted", -1).toByteArray())
                .post(PATH);

        assertThat(samples("percpu_ingest_rejected_total{protocol=\"otlp\",reason=\"value\"}"))
                .hasSize(1)
                .noneMatch(sample -> sample.endsWith(" 0.0"));
        assertThat(samples("percpu_ingest_samples_total{protocol=\"otlp\"}")).hasSize(1);
    }

    /** The families of the service that a scrape has, and some that it has only after a certain event. */
    @Test
    void shouldRejectTheNamesOfTheServiceItself() throws IOException {
        given().get("/api/rseq").then().statusCode(200); // the first request has a family
        sender().contentType(PROTOBUF)
                .body(request("own.other", 1).toByteArray())
                .post(PATH);
        List<String> before = types();
        assertThat(before).hasSizeGreaterThan(40);
        List<String> names = new ArrayList<>(before.stream()
                .map(type -> type.split(" ")[2])
                .filter(name -> !name.startsWith("own_") && !name.startsWith("route_"))
                .toList());
        names.addAll(List.of(
                "percpu_new",
                "percpu.new",
                "http.server.errors",
                "http_server_requests_seconds_count",
                "http.server.websocket.connections_seconds",
                "jvm_gc_pause_seconds_max"));

        for (String name : names) {
            for (ExportMetricsServiceRequest request :
                    List.of(request(name, 1), request(name.replaceAll("_total$", ""), 1), gauge(name))) {
                Response response = sender().contentType(PROTOBUF)
                        .body(request.toByteArray())
                        .post(PATH);
                assertThat(ExportMetricsServiceResponse.parseFrom(response.asByteArray())
                                .getPartialSuccess()
                                .getErrorMessage())
                        .as(name)
                        .startsWith("reserved: ");
            }
        }
        // The first collection of garbage can add families of the service meanwhile.
        assertThat(types()).containsAll(before);
    }

    private List<String> types() {
        return registry.scrape()
                .lines()
                .filter(line -> line.startsWith("# TYPE "))
                .toList();
    }

    private static ExportMetricsServiceRequest gauge(String name) {
        ExportMetricsServiceRequest.Builder request = ExportMetricsServiceRequest.newBuilder();
        request.addResourceMetricsBuilder()
                .addScopeMetricsBuilder()
                .addMetricsBuilder()
                .setName(name)
                .getGaugeBuilder()
                .addDataPointsBuilder()
                .setAsInt(1);
        return request.build();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jvm.thread.count",
                "jvm.class.count",
                "jvm.gc.duration",
                "jvm.cpu.time",
                "http.server.request.duration",
                "http.server.request.body.size",
                "process.cpu.time",
                "system.cpu.utilization"
            })
    void shouldAcceptOtherNamesOfTheConventions(String name) throws IOException {
        Response response = sender().contentType(PROTOBUF)
                .body(request(name, 1).toByteArray())
                .post(PATH);

        assertThat(ExportMetricsServiceResponse.parseFrom(response.asByteArray()))
                .isEqualTo(ExportMetricsServiceResponse.getDefaultInstance());
    }

    @Test
    void shouldReportTheCounts() throws JsonProcessingException {
        byte[] duplicate = request("route.reported", 1).toByteArray();
        for (int i = 0; i < 2; i++) {
            sender().contentType(PROTOBUF).body(duplicate).post(PATH);
        }
        sender().contentType(PROTOBUF)
                .body(request("route.reported", -1).toByteArray())
                .post(PATH);
        given().contentType(PROTOBUF).body(duplicate).post(PATH); // without the token

        JsonNode report = new ObjectMapper()
                .readTree(given().get("/api/ingest")
                        .then()
                        .statusCode(200)
                        .extract()
                        .asString());

        assertThat(OpenApiDocument.read().validate("ingest", report))
                .as(report.toPrettyString())
                .isEmpty();
        JsonNode otlp = report.at("/protocols/0");
        assertThat(otlp.path("protocol").asText()).isEqualTo("otlp");
        assertThat(otlp.path("listeners").path(0).asText()).isEqualTo(PATH);
        assertThat(otlp.path("samples").asLong()).isPositive();
        assertThat(otlp.path("streams").asInt()).isPositive();
        assertThat(count(otlp.path("rejected"), "reason", "value")).isPositive();
        assertThat(count(otlp.path("ignored"), "kind", "duplicate")).isPositive();
        assertThat(count(otlp.path("requests"), "status", "200")).isGreaterThanOrEqualTo(3);
        assertThat(count(otlp.path("requests"), "status", "401")).isPositive();
        for (String field : List.of("receivers", "requestedBufferBytes", "packets", "droppedPackets", "mapping")) {
            assertThat(otlp.path(field).isNull()).as(field).isTrue();
        }
        assertThat(given().get("/").asString()).contains("<code>otlp</code> on <code>/v1/metrics</code>;");
    }

    private static long count(JsonNode counts, String name, String value) {
        return StreamSupport.stream(counts.spliterator(), false)
                .filter(entry -> entry.path(name).asText().equals(value))
                .mapToLong(entry -> entry.path("count").asLong())
                .sum();
    }

    /** A client that sends what it wants. */
    private final class Client implements AutoCloseable {
        private final Socket socket = new Socket(application.getHost(), application.getPort());

        Client() throws IOException {}

        void head(String length) throws IOException {
            write(("POST " + PATH + " HTTP/1.1\r\nHost: service\r\nAuthorization: Bearer " + OtlpProfile.TOKEN
                            + "\r\nContent-Type: " + PROTOBUF + "\r\n" + length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        }

        void write(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        int status() throws IOException {
            InputStream in = socket.getInputStream();
            byte[] line = in.readNBytes("HTTP/1.1 200".length());
            return Integer.parseInt(new String(line, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length()));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
