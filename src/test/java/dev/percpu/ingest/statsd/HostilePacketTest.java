package dev.percpu.ingest.statsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.binding.PacketBatch;
import dev.percpu.ingest.IngestCounters;
import dev.percpu.ingest.RejectReason;
import dev.percpu.ingest.RejectionListener;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Packets that an attacker could choose, with each rejection reported. */
class HostilePacketTest {
    private static final int PACKET_BYTES = 64;

    /** Keeps the text of each rejection. */
    private static final class Rejections implements RejectionListener {
        private final List<String> texts = new ArrayList<>();

        @Override
        public boolean isDue(long nowNanos) {
            return true;
        }

        @Override
        public void rejected(long nowNanos, RejectReason reason, String detail, byte[] text) {
            texts.add(reason + " " + new String(text, StandardCharsets.ISO_8859_1));
        }
    }

    private static List<String> parse(ParsedPackets packets, IngestCounters counters, String... texts) {
        Rejections rejections = new Rejections();
        StatsdParser parser = new StatsdParser(
                packets.factory(Integer.MAX_VALUE), () -> ParsedPackets::unmapped, counters, rejections, 100);
        PacketBatch batch = new PacketBatch(texts.length, PACKET_BYTES);
        for (String text : texts) {
            batch.add(text.getBytes(StandardCharsets.UTF_8), 1);
        }
        parser.parse(batch, 0);
        return rejections.texts;
    }

    /** The cut line is close to the end of the memory. */
    @Test
    void shouldRecordTheLinesBeforeACutOne() {
        try (ParsedPackets packets = new ParsedPackets()) {
            IngestCounters counters = new IngestCounters();

            List<String> rejected = parse(packets, counters, "a:1|c\n".repeat(10) + "b:1|c\nb:1|c");

            assertThat(rejected).containsExactly("TRUNCATED b:1|");
            assertThat(counters.rejected(RejectReason.ERROR)).isZero();
            assertThat(packets.samples()).containsExactly("a 10.0");
        }
    }

    @Test
    void shouldNotReportBytesOfOtherPackets() {
        try (ParsedPackets packets = new ParsedPackets()) {
            List<String> rejected = parse(packets, new IngestCounters(), "x".repeat(70), "secret:1|c");

            assertThat(rejected).containsExactly("TRUNCATED " + "x".repeat(PACKET_BYTES));
        }
    }

    @Test
    void shouldCountTheSetsOfARejectedLineOnce() {
        try (ParsedPackets packets = new ParsedPackets()) {
            packets.receive("a:1|s:2|s:bogus", "b:x|s:1|bogus");

            assertThat(packets.ignored()).isEmpty();
            assertThat(packets.rejected().values().stream()
                            .mapToLong(Long::longValue)
                            .sum())
                    .isEqualTo(2);
        }
    }

    @Test
    void shouldKeepTheTotalOfANameWithASeriesCalledOverflow() {
        try (ParsedPackets packets = new ParsedPackets(() -> ParsedPackets::unmapped, 2, Map.of())) {
            packets.receive("a:1|c|#k:overflow", "a:1|c|#k:1", "a:1|c|#k:2", "a:1|c|#k:3");

            assertThat(packets.samples().stream()
                            .filter(line -> line.startsWith("a{"))
                            .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf(' ') + 1)))
                            .sum())
                    .isEqualTo(4);
        }
    }

    @Test
    void shouldRejectALineWithTooManyTags() {
        try (ParsedPackets packets = new ParsedPackets()) {
            String tags = String.join(
                    ",",
                    IntStream.rangeClosed(0, 64).mapToObj(i -> "k" + i + ":v").toList());

            packets.receive("a:1|c|#" + tags, "b:1|c|#" + tags.replace(",k64:v", ""));

            assertThat(packets.rejected()).containsExactly(Map.entry(RejectReason.TOO_MANY_TAGS, 1L));
            assertThat(packets.samples()).hasSize(1);
        }
    }
}
