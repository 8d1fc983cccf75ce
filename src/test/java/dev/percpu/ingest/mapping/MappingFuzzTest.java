package dev.percpu.ingest.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Mutated mapping files are read or refused by a MappingException. What is read maps any name. */
class MappingFuzzTest {
    private static final List<String> CORPUS = List.of("""
            defaults:
              observer_type: histogram
              match_type: glob
              glob_disable_ordering: true
              ttl: 1m20s
              histogram_options: &h
                buckets: [.005, .01, 1, 2.5, .inf]
                native_histogram_bucket_factor: 1.1
                native_histogram_max_buckets: 160
              summary_options:
                quantiles:
                - {quantile: 0.99, error: 0.001}
                - quantile: 0.5
                max_age: 5m
                age_buckets: 2
                buf_cap: 1000
            mappings:
            - match: "test.timing.*.*.*"
              name: "my_timer"
              help: |
                Latency of the application
              labels: &labels
                provider: "$2"
                job: "${1}_server"
            - match: "a.*.b"
              name: "${1}_total"
              labels:
                <<: *labels
                le: x
              honor_labels: true
              observer_type: summary
              match_metric_type: counter
            """, """
            mappings:
            - match: "(?P<n>.*)\\\\.([[:alpha:]]+)--(\\\\pN{2,30})\\\\.(a|b)*\\\\Qx.y\\\\E"
              match_type: regex
              name: "request_$1_total"
              labels: {hostname: "$n", exec: "${2}x", $$: '$$ ${'}
            - {match: ., match_type: regex, action: drop, name: dropped, scale: 1e-6, ttl: 0}
            """, """
            %YAML 1.1
            ---
            ? mappings
            : - !!map {match: 'a.b', name: "a\\u00e9\\x41", timer_type: histogram, buckets: [1, 2], scale: 0x10}
              - &x {match: 'a.c', name: n, quantiles: [{quantile: 1}]}
              - <<: [*x, {match: d}]
            ...
            """);

    private static final List<String> TOKENS = List.of(
            "- ",
            ": ",
            "\n",
            "\n  ",
            "{",
            "}",
            "[",
            "]",
            ",",
            "*",
            "&a ",
            "*a",
            "<<: ",
            "!!",
            "!<",
            "%",
            "@",
            "`",
            "|",
            ">",
            "\"",
            "'",
            "\\",
            "\\x",
            "\\U00110000",
            "# ",
            "---\n",
            "...\n",
            "? ",
            "\t",
            "\r",
            "\u0085",
            "\u2028",
            "\0",
            "\uFEFF",
            "~",
            "null",
            "(",
            ")",
            "{1000}",
            "{0,}",
            "(?",
            "[^",
            "\\p{",
            "\\Q",
            "$",
            "${",
            "$1",
            "999999999999999999999",
            "-1",
            "1e999",
            ".inf",
            ".nan",
            "0x",
            "match",
            "name",
            "labels",
            "mappings",
            "quantiles",
            "buckets",
            "match_type: regex",
            "%YAML 9.9\n",
            "%TAG ! tag:x,2000:\n",
            "!!binary ",
            "!!float ",
            "!!timestamp ");

    private static final List<String> NAMES = List.of(
            "",
            ".",
            "..",
            "a",
            "a.x.b",
            "test.timing.a.b.c",
            "test.timing....",
            "*",
            "a.*.b",
            "a.".repeat(2_000),
            "a".repeat(5_000),
            "\u00e4.\uD83D\uDE00.\uD83D",
            "h.abc--12.x.y",
            "\n\0");

    @Test
    void shouldReadOrRefuse() {
        fuzz(Duration.ofSeconds(3), 10_000);
    }

    @Test
    @Tag("acceptance")
    void shouldReadOrRefuseForAMinute() {
        fuzz(Duration.ofMinutes(1), Integer.MAX_VALUE);
    }

    private static void fuzz(Duration limit, int files) {
        long deadline = System.nanoTime() + limit.toNanos();
        int read = 0;
        int refused = 0;
        for (int seed = 0; seed < files && System.nanoTime() < deadline; seed++) {
            byte[] yaml = mutated(new Random(seed));
            try {
                MappingRules rules = MappingReader.read(yaml);
                for (MetricType type : MetricType.values()) {
                    NAMES.forEach(name -> assertThat(rules.map(name, type)).isNotNull());
                }
                read++;
            } catch (MappingException e) {
                assertThat(e.getMessage()).doesNotContainPattern("\\R").hasSizeLessThan(1_000);
                refused++;
            } catch (Throwable e) {
                throw new AssertionError("seed " + seed + ": " + new String(yaml, StandardCharsets.UTF_8), e);
            }
        }
        assertThat(read).isPositive();
        assertThat(refused).isPositive();
    }

    private static byte[] mutated(Random random) {
        byte[] yaml = pick(random, CORPUS).getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i <= random.nextInt(6); i++) {
            int start = random.nextInt(yaml.length + 1);
            int end = Math.min(yaml.length, start + random.nextInt(random.nextBoolean() ? 5 : 200));
            yaml = switch (random.nextInt(6)) {
                case 0 -> replaced(yaml, start, end, new byte[0]);
                case 1 -> replaced(yaml, start, start, pick(random, TOKENS).getBytes(StandardCharsets.UTF_8));
                case 2 -> replaced(yaml, start, end, pick(random, TOKENS).getBytes(StandardCharsets.UTF_8));
                case 3 ->
                    replaced(yaml, start, Math.min(start + 1, yaml.length), new byte[] {(byte) random.nextInt(256)});
                case 4 ->
                    replaced(yaml, start, start, repeated(Arrays.copyOfRange(yaml, start, end), random.nextInt(30)));
                default -> replaced(yaml, start, end, slice(random));
            };
        }
        return yaml;
    }

    private static byte[] slice(Random random) {
        byte[] other = pick(random, CORPUS).getBytes(StandardCharsets.UTF_8);
        int start = random.nextInt(other.length);
        return Arrays.copyOfRange(other, start, start + random.nextInt(other.length - start));
    }

    private static byte[] repeated(byte[] bytes, int times) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int i = 0; i < times; i++) {
            all.writeBytes(bytes);
        }
        return all.toByteArray();
    }

    private static byte[] replaced(byte[] bytes, int start, int end, byte[] by) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.write(bytes, 0, start);
        all.writeBytes(by);
        all.write(bytes, end, bytes.length - end);
        return all.toByteArray();
    }

    private static <T> T pick(Random random, List<T> list) {
        return list.get(random.nextInt(list.size()));
    }
}
