package dev.percpu.ingest.otlp;

import static dev.percpu.ingest.otlp.Points.DELTA;
import static dev.percpu.ingest.otlp.Points.attributes;
import static dev.percpu.ingest.otlp.Points.counter;
import static dev.percpu.ingest.otlp.Points.exponential;
import static dev.percpu.ingest.otlp.Points.fraction;
import static dev.percpu.ingest.otlp.Points.gauge;
import static dev.percpu.ingest.otlp.Points.histogram;
import static dev.percpu.ingest.otlp.Points.request;
import static dev.percpu.ingest.otlp.Points.value;
import static dev.percpu.ingest.otlp.Points.whole;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.JsonFormat;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.OtlpNames;
import io.opentelemetry.proto.collector.metrics.v1.ExportMetricsServiceRequest;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpEncodingTest {
    private static final ExportMetricsServiceRequest ALL_TYPES = request(
            attributes("service.name", "shop", "list", value(array("a", 1L))),
            counter("a", DELTA, whole(1, 1, 2, "k", "v", "n", 1L), fraction(0.5, 1, 2)),
            gauge("b", fraction(-1, 0, 3, "bytes", bytes())),
            histogram("c", DELTA, histogram(new double[] {0, 5}, new long[] {1, 2, 3}, 9.5, 1, 2)),
            exponential(
                    "d", DELTA, exponential(3, 4, new long[] {1, 2}, 7, 1, 2).setZeroThreshold(1e-9)));

    private static AnyValue bytes() {
        return AnyValue.newBuilder()
                .setBytesValue(ByteString.copyFromUtf8("xyz"))
                .build();
    }

    private static AnyValue array(Object... values) {
        ArrayValue.Builder array = ArrayValue.newBuilder();
        Arrays.stream(values).map(Points::value).forEach(array::addValues);
        return AnyValue.newBuilder().setArrayValue(array).build();
    }

    private static byte[] encoded(OtlpEncoding encoding) {
        try {
            return encoding == OtlpEncoding.PROTOBUF
                    ? ALL_TYPES.toByteArray()
                    : JsonFormat.printer().print(ALL_TYPES).getBytes(StandardCharsets.UTF_8);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @EnumSource
    void shouldParseRequests(OtlpEncoding encoding) throws MalformedRequestException {
        assertThat(encoding.request(encoded(encoding))).isEqualTo(ALL_TYPES);
    }

    @Test
    void shouldFindTheEncoding() {
        assertThat(OtlpEncoding.of("application/x-protobuf")).isEqualTo(OtlpEncoding.PROTOBUF);
        assertThat(OtlpEncoding.of("Application/JSON; charset=utf-8")).isEqualTo(OtlpEncoding.JSON);
        assertThat(OtlpEncoding.of("application/json5")).isNull();
        assertThat(OtlpEncoding.of(null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "null",
                "{\"resourceMetrics\": {}}",
                "{\"resourceMetrics\": [{\"scopeMetrics\": [{\"metrics\": [{\"sum\": {\"dataPoints\": [{\"asInt\": \"x\"}]}}]}]}]}",
                "{\"resourceMetrics\": [{\"scopeMetrics\": [{\"metrics\": [{\"sum\": {\"dataPoints\": [{\"asInt\": 1e99}]}}]}]}]}",
                "{\"resourceMetrics\": [{\"scopeMetrics\": [{\"metrics\": [{\"sum\": {}, \"gauge\": {}}]}]}]}",
            })
    void shouldRejectMalformedJson(String body) {
        assertThatThrownBy(() -> OtlpEncoding.JSON.request(json(body)))
                .isInstanceOf(MalformedRequestException.class)
                .message()
                .startsWith("body must be an ExportMetricsServiceRequest in application/json, but was not: ")
                .hasSizeLessThanOrEqualTo(300);
    }

    @Test
    void shouldRejectDeepNesting() {
        String deep = "{\"a\":".repeat(200_000) + "1" + "}".repeat(200_000);
        assertThatThrownBy(() -> OtlpEncoding.JSON.request(json(deep))).isInstanceOf(MalformedRequestException.class);

        AnyValue value = AnyValue.getDefaultInstance();
        for (int i = 0; i < 200; i++) {
            value = AnyValue.newBuilder()
                    .setArrayValue(ArrayValue.newBuilder().addValues(value))
                    .build();
        }
        byte[] nested = request(counter("a", DELTA, whole(1, 1, 2, "x", value))).toByteArray();
        assertThatThrownBy(() -> OtlpEncoding.PROTOBUF.request(nested)).isInstanceOf(MalformedRequestException.class);
    }

    @Test
    void shouldRejectJsonThatIsNotUtf8() {
        assertThatThrownBy(() -> OtlpEncoding.JSON.request(new byte[] {'{', '"', (byte) 0xff, '"', ':', '1', '}'}))
                .isInstanceOf(MalformedRequestException.class)
                .hasMessage("body must be UTF-8, but was not");
    }

    @Test
    void shouldWriteStatusesAsJson() {
        assertThat(new String(OtlpEncoding.JSON.status(3, "a \"b\" \\ \n"), StandardCharsets.UTF_8))
                .isEqualTo("{\"code\":3,\"message\":\"a \\\"b\\\" \\\\ \\u000a\"}");
    }

    @Test
    void shouldWriteAttributesAsText() {
        KeyValueList map = KeyValueList.newBuilder()
                .addAllValues(attributes("a", 1.5, "b\"", true, "c", "d", "n", AnyValue.getDefaultInstance()))
                .build();
        AnyValue nested = AnyValue.newBuilder().setKvlistValue(map).build();

        assertThat(AttributeText.of(value(array("a", 1L, 2.0, bytes(), nested))))
                .isEqualTo("[\"a\",1,2,\"eHl6\",{\"a\":1.5,\"b\\\"\":true,\"c\":\"d\",\"n\":null}]");
        assertThat(AttributeText.of(bytes())).isEqualTo("eHl6");
        assertThat(AttributeText.of(value(array()))).isEqualTo("[]");
        assertThat(AttributeText.of(AnyValue.newBuilder()
                        .setKvlistValue(KeyValueList.getDefaultInstance())
                        .build()))
                .isEqualTo("{}");
        assertThat(AttributeText.of(value(1e300))).isEqualTo("1.0E300");
        assertThat(AttributeText.of(AnyValue.getDefaultInstance())).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void shouldSurviveAnyBody(OtlpEncoding encoding) {
        fuzz(encoding, 1, Duration.ofSeconds(1));
    }

    @Tag("acceptance")
    @ParameterizedTest
    @EnumSource
    void shouldSurviveAnyBodyFor20Seconds(OtlpEncoding encoding) {
        fuzz(encoding, System.nanoTime(), Duration.ofSeconds(20));
    }

    /** Mutated requests: each is parsed or rejected, nothing else is thrown, and what was parsed leaves a registry that can be scraped. */
    private static void fuzz(OtlpEncoding encoding, long seed, Duration duration) {
        byte[] valid = encoded(encoding);
        Random random = new Random(seed);
        long deadline = System.nanoTime() + duration.toNanos();
        int parsed = 0;
        int rejected = 0;
        PerCpuMeterRegistry registry = new PerCpuMeterRegistry();
        try {
            OtlpReceiver receiver = new OtlpReceiver(
                    registry, new OtlpSettings(OtlpNames.UTF8, List.of(), 1_000, Duration.ofMinutes(10)));
            while (System.nanoTime() < deadline || parsed + rejected < 1_000) {
                byte[] body = mutated(valid, random);
                try {
                    receiver.receive(encoding.request(body));
                    parsed++;
                } catch (MalformedRequestException e) {
                    rejected++;
                } catch (RuntimeException | Error e) {
                    throw new AssertionError(
                            "seed " + seed + ", body " + HexFormat.of().formatHex(body), e);
                }
                if ((parsed + rejected) % 2_000 == 0) {
                    assertThat(registry.scrape()).isNotEmpty();
                }
            }
            assertThat(registry.scrape()).isNotEmpty();
            assertThat(receiver.streams()).isLessThanOrEqualTo(1_000);
        } finally {
            registry.close();
        }
        assertThat(parsed).as("seed %d", seed).isPositive();
        assertThat(rejected).as("seed %d", seed).isPositive();
    }

    private static byte[] mutated(byte[] valid, Random random) {
        byte[] body = random.nextInt(20) == 0 ? Arrays.copyOf(valid, random.nextInt(valid.length)) : valid.clone();
        int changes = 1 + random.nextInt(6);
        for (int i = 0; i < changes && body.length > 0; i++) {
            int at = random.nextInt(body.length);
            switch (random.nextInt(4)) {
                case 0 -> body[at] = (byte) random.nextInt(256);
                case 1 -> body[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> body[at] = valid[random.nextInt(valid.length)];
                default -> {
                    int length = Math.min(random.nextInt(16), body.length - at);
                    System.arraycopy(valid, random.nextInt(valid.length - length), body, at, length);
                }
            }
        }
        return body;
    }
}
