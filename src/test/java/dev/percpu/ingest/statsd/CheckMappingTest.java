package dev.percpu.ingest.statsd;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CheckMappingTest {
    @TempDir
    private Path folder;

    private Path file;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void writeFile() throws IOException {
        file = Files.writeString(folder.resolve("mapping.yml"), """
                mappings:
                - match: http.*.requests
                  name: http_requests_total
                  labels: {host: $1}
                - match: http.*.latency
                  name: http_latency_seconds
                  observer_type: histogram
                  histogram_options: {buckets: [0.1, 1]}
                  honor_labels: true
                  labels: {host: $1}
                - {match: kib.*, name: bytes, scale: 1024}
                - {match: secret.*, name: secret, action: drop}
                - {match: name.*, name: $1}
                """);
    }

    private int run(String... lines) {
        List<String> arguments = new ArrayList<>(List.of(CheckMapping.OPTION, file.toString()));
        arguments.addAll(List.of(lines));
        return run(arguments);
    }

    private int run(List<String> arguments) {
        return CheckMapping.run(arguments, new PrintStream(out, true), new PrintStream(err, true));
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8).replace(file + ": ", "FILE: ");
    }

    @Test
    void shouldPrintTheScrapeOfEachLine() {
        int exit = run(
                "http.a.requests:3|c|@0.5|#code:200,host:tag",
                "http.a.latency:250:500|ms|#host:tag",
                "kib.x:-2|g",
                "secret.x:1|c",
                "un-mapped.x:1|h|#q:a\"b\\c");

        assertThat(out()).isEqualTo("""
                        FILE: 5 rules
                        http.a.requests:3|c|@0.5|#code:200,host:tag
                          # TYPE http_requests_total counter
                          http_requests_total{code="200",host="a"} 6.0
                        http.a.latency:250:500|ms|#host:tag
                          # TYPE http_latency_seconds histogram
                          http_latency_seconds_bucket{host="tag",le="0.1"} 0
                          http_latency_seconds_bucket{host="tag",le="1.0"} 2
                          http_latency_seconds_bucket{host="tag",le="+Inf"} 2
                          http_latency_seconds_count{host="tag"} 2
                          http_latency_seconds_sum{host="tag"} 0.75
                        kib.x:-2|g
                          # TYPE bytes gauge
                          bytes -2048.0
                        secret.x:1|c
                          ignored: a rule of the mapping drops the metric
                        un-mapped.x:1|h|#q:a"b\\c
                          # TYPE un_mapped_x summary
                          un_mapped_x{q="a\\"b\\\\c",quantile="0.5"} 1.0
                          un_mapped_x{q="a\\"b\\\\c",quantile="0.9"} 1.0
                          un_mapped_x{q="a\\"b\\\\c",quantile="0.99"} 1.0
                          un_mapped_x_count{q="a\\"b\\\\c"} 1
                          un_mapped_x_sum{q="a\\"b\\\\c"} 1.0
                        """);
        assertThat(exit).isEqualTo(CheckMapping.EXIT_VALID);
        assertThat(err.size()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            delimiter = ';',
            value = {
                "a;rejected: the line must have the form name:value|type;1",
                "a:x|c;rejected: the value must be a decimal number;1",
                "a:1|x;rejected: the type must be c, g, ms, h or d, and one if there are tags;1",
                "a:1|c|@2;rejected: the sample rate must be a number from 0.000001 to 1;1",
                "a:-1|c;rejected: the value of a counter or of a distribution must be at least 0;1",
                "a:1|h|#quantile:1;rejected: the name of a label is reserved (quantile);1",
                "name.:1|c;rejected: the mapping gives the metric an empty name (mapping of name.);1",
                "a:1|s;ignored: sets are not supported;0",
                "_sc|a|0;ignored: service checks are not supported;0",
            })
    void shouldPrintWhyALineHasNoSeries(String line, String reason, int exit) {
        assertThat(run(line)).isEqualTo(exit);
        assertThat(out()).startsWith("FILE: 5 rules\n" + line + "\n  " + reason + "\n");
    }

    @Test
    void shouldReportErrorsOfTheFile() throws IOException {
        Files.writeString(file, "mappings:\n- match: a\n  nam: b");

        assertThat(run()).isEqualTo(CheckMapping.EXIT_INVALID);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .isEqualTo("FILE must be the path of a valid mapping file, but was " + file
                        + ": line 3, column 3: \"nam\" is not a known key of mappings; the most similar key is name\n");
        assertThat(out.size()).isZero();
    }

    @Test
    void shouldCheckAFileWithoutLines() {
        assertThat(run()).isEqualTo(CheckMapping.EXIT_VALID);
        assertThat(out()).isEqualTo("FILE: 5 rules\n");
    }

    @Test
    void shouldPrintItsUsage() {
        assertThat(run(List.of(CheckMapping.OPTION))).isEqualTo(CheckMapping.EXIT_INVALID);
        assertThat(run(List.of("other", CheckMapping.OPTION, file.toString()))).isEqualTo(CheckMapping.EXIT_INVALID);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("usage: java -jar quarkus-run.jar --check-mapping FILE ");
    }
}
