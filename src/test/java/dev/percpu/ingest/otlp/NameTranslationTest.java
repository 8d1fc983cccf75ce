package dev.percpu.ingest.otlp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.ingest.otlp.NameTranslation.Kind;
import dev.percpu.settings.OtlpNames;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The cases are those of Prometheus' otlptranslator, metric_namer_test.go and label_namer_test.go, where it has them. */
class NameTranslationTest {
    private static final NameTranslation UTF8 = new NameTranslation(OtlpNames.UTF8);
    private static final NameTranslation UNDERSCORES = new NameTranslation(OtlpNames.UNDERSCORES);

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "requests, '', COUNTER, requests_total, requests_total",
                "requests_total, '', COUNTER, requests_total, requests_total",
                "cpu_usage, 1, GAUGE, cpu_usage_ratio, cpu_usage_ratio",
                "cpu_usage_ratio, 1, GAUGE, cpu_usage_ratio, cpu_usage_ratio",
                "items, 1, COUNTER, items_total, items_total",
                "active, 1, OTHER, active, active",
                "response_time, ms, GAUGE, response_time_milliseconds, response_time_milliseconds",
                "response_time_seconds, s, GAUGE, response_time_seconds, response_time_seconds",
                "memory_usage, By, GAUGE, memory_usage_bytes, memory_usage_bytes",
                "requests, 1/s, GAUGE, requests_per_second, requests_per_second",
                "throughput, By/s, GAUGE, throughput_bytes_per_second, throughput_bytes_per_second",
                "custom_metric, custom_unit, GAUGE, custom_metric_custom_unit, custom_metric_custom_unit",
                "custom_metric, {custom}, GAUGE, custom_metric, custom_metric",
                "custom_metric, By/{custom}, GAUGE, custom_metric_bytes, custom_metric_bytes",
                "http.server.request.duration, s, OTHER, http.server.request.duration_seconds, http_server_request_duration_seconds",
                "http.server.requests, {request}, COUNTER, http.server.requests_total, http_server_requests_total",
                "system.io, By, COUNTER, system.io_bytes_total, system_io_bytes_total",
                "system.cpu.time, s, COUNTER, system.cpu.time_seconds_total, system_cpu_time_seconds_total",
                "hw.temperature, Cel, GAUGE, hw.temperature_celsius, hw_temperature_celsius",
                "fan.speed, rpm, GAUGE, fan.speed_rpm, fan_speed_rpm",
                "load, %, GAUGE, load_percent, load_percent",
                "a, km/h, GAUGE, a_km_per_hour, a_km_per_hour",
                "a, m/m, GAUGE, a_meters_per_minute, a_meters_per_minute",
                "a__b, '', GAUGE, a__b, a_b",
                "123metric, '', GAUGE, 123metric, _123metric",
                "größe, By, GAUGE, größe_bytes, gr_e_bytes",
                "a:b, '', GAUGE, a:b, a:b",
                "'@#$', '', GAUGE, '@#$', ''",
                "'', s, GAUGE, '', ''",
                "total.requests, '', COUNTER, total.requests_total, requests_total",
                "seconds.used, s, GAUGE, seconds.used_seconds, seconds_used",
                "x, '1 ', GAUGE, x, x",
                "x, ' s / s ', GAUGE, x_seconds_per_second, x_seconds_per_second",
            })
    void shouldTranslateMetricNames(String name, String unit, Kind kind, String utf8, String underscores) {
        assertThat(UTF8.metric(name, unit, kind)).isEqualTo(utf8);
        assertThat(UNDERSCORES.metric(name, unit, kind)).isEqualTo(underscores);
    }

    @ParameterizedTest
    @CsvSource({
        "http.method, http.method, http_method",
        "http_method, http_method, http_method",
        "123invalid, 123invalid, key_123invalid",
        "__reserved__, __reserved__, __reserved__",
        "__a..b__, __a..b__, __a_b__",
        "a..b, a..b, a_b",
        "_private, _private, _private",
        "label:with:colons, label:with:colons, label_with_colons",
        "ätt, ätt, _tt",
        "'', '', ''",
        "___, '', ''",
        "..., ..., ''",
    })
    void shouldTranslateLabelNames(String key, String utf8, String underscores) {
        assertThat(UTF8.label(key)).isEqualTo(utf8);
        assertThat(UNDERSCORES.label(key)).isEqualTo(underscores);
    }
}
