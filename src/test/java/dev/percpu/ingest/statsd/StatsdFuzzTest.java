package dev.percpu.ingest.statsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.ingest.IgnoredKind;
import dev.percpu.ingest.RejectReason;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Mutated lines cause no exception, and no line beside them is lost or counted twice. */
class StatsdFuzzTest {
    private static final List<String> CORPUS = List.of(
            "foo:2|c",
            "foo.bar:3.25|g",
            "gauge:-10|g|#a:b",
            "gauge:+1e3|g",
            "request.duration:12.345678901234567|ms|@0.1|#route:/items/{id},method:GET,status:200",
            "foo_timing:0.5:120:3000:10:20000:0.01|ms|#tag1:bar,tag2:baz",
            "sizes:1:2:3|h|@0.25|#k:v|c:abc|e:it-false|card:low|T1656581400",
            "multi:1|c:2|c|@0.5:3|ms",
            "users:abc|s|#a:b",
            "_e{5,4}:title|text|#a:b",
            "_sc|name|0|#a:b",
            "t\u00c3\u00a9l:1|c|#k:\u00c3\u00a9",
            "nan:NaN|h",
            "n".repeat(300) + ":1|d|#" + "k:v,".repeat(100));

    /** Characters that mean something to the parser, and bytes that no text has. */
    private static final String CHARACTERS = ":|@#,.+-eE0129cgmshdT_{}\n\r\t\u0000\u007f\u0080\u00c3\u00ff";

    private static final int NEIGHBOURS = 2;

    private static String mutate(String line, Random random) {
        StringBuilder mutated = new StringBuilder(line);
        for (int i = random.nextInt(4); i >= 0; i--) {
            int at = random.nextInt(mutated.length() + 1);
            char character = CHARACTERS.charAt(random.nextInt(CHARACTERS.length()));
            switch (random.nextInt(6)) {
                case 0 -> mutated.insert(at, character);
                case 1 -> mutated.delete(at, Math.min(mutated.length(), at + 1 + random.nextInt(8)));
                case 2 -> mutated.setLength(at);
                case 3 -> mutated.insert(at, CORPUS.get(random.nextInt(CORPUS.size())));
                case 4 -> mutated.insert(at, mutated.substring(0, at));
                default -> {
                    if (at < mutated.length()) {
                        mutated.setCharAt(at, character);
                    }
                }
            }
        }
        return mutated.length() > 1_500 ? mutated.substring(0, 1_500) : mutated.toString();
    }

    private static long handled(ParsedPackets packets) {
        long handled = packets.counters.samples();
        for (RejectReason reason : RejectReason.values()) {
            handled += packets.counters.rejected(reason);
        }
        for (IgnoredKind kind : IgnoredKind.values()) {
            handled += packets.counters.ignored(kind);
        }
        return handled;
    }

    private static void fuzz(long seed, BooleanSupplier goesOn) {
        Random random = new Random(seed);
        long lines = 0;
        try (ParsedPackets packets = new ParsedPackets(
                () -> ParsedPackets::unmapped, Integer.MAX_VALUE, Map.of("percpu.series.max", "1000"))) {
            while (goesOn.getAsBoolean()) {
                String mutated = mutate(CORPUS.get(random.nextInt(CORPUS.size())), random);
                long before = handled(packets);
                packets.receive("left:1|c|#side:a\n" + mutated + "\nright:1|ms|@0.5");
                long first = handled(packets) - before - NEIGHBOURS;
                packets.receive(mutated, "left:1|c|#side:a", "right:1|ms|@0.5");
                lines += 2;

                assertThat(handled(packets) - before - first - 2 * NEIGHBOURS)
                        .as("seed %d, line %s", seed, mutated)
                        .isEqualTo(first);
            }

            assertThat(packets.samples()).contains("left{side=\"a\"} " + (double) lines, "right_count " + 2 * lines);
            assertThat(packets.counters.rejected(RejectReason.ERROR)).isZero();
            assertThat(packets.registry.getMeters().size()).isLessThan(11_100);
        }
    }

    @Test
    void shouldLoseNoNeighbourOfAMutatedLine() {
        int[] left = {10_000};
        fuzz(1, () -> left[0]-- > 0);
    }

    @Test
    @Tag("acceptance")
    void shouldLoseNoNeighbourOfAMutatedLineInAMinute() {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        fuzz(System.nanoTime(), () -> System.nanoTime() < end);
    }
}
