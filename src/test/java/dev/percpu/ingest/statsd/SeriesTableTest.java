package dev.percpu.ingest.statsd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.binding.PacketBatch;
import dev.percpu.ingest.RegisteredSeries;
import dev.percpu.ingest.RejectReason;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class SeriesTableTest {
    private static final int NAME = 0;
    private static final int TAGS = 1;
    private static final int PACKET_BYTES = 2_048;

    private final PacketBatch memory = new PacketBatch(2, PACKET_BYTES);
    private final Random random = new Random(3);

    private static Series series() {
        return Series.of(RegisteredSeries.rejected(RejectReason.ERROR, ""), false, 0, 0);
    }

    /** Writes name and tags as packets, with random bytes behind them. */
    private long write(int type, String name, String tags) {
        memory.clear();
        for (int i = 0; i < 2; i++) {
            byte[] noise = new byte[PACKET_BYTES];
            random.nextBytes(noise);
            memory.add(noise, 0);
        }
        memory.clear();
        memory.add(name.getBytes(StandardCharsets.UTF_8), 0);
        memory.add(tags.getBytes(StandardCharsets.UTF_8), 0);
        return SeriesTable.description(type, name.length(), tags.length());
    }

    private @Nullable Series find(SeriesTable table, long hash, int type, String name, String tags) {
        return table.find(memory, hash, write(type, name, tags), memory.start(NAME), memory.start(TAGS));
    }

    private void put(SeriesTable table, long hash, int type, String name, String tags, Series added) {
        long description = write(type, name, tags);
        table.put(memory, hash, description, memory.start(NAME), memory.start(TAGS), added);
    }

    @Test
    void shouldTellEqualHashesApartByTypeLengthsAndBytes() {
        SeriesTable table = new SeriesTable(1_000);
        String[][] keys = {
            {"name", ""},
            {"nam", "e"},
            {"name", "tag:value"},
            {"name", "tag:valuf"},
            {"name0123", ""},
            {"name01234", ""},
            {"name", "tag:value12345678"},
            {"name", "tag:value12345679"},
            {"n".repeat(1_024), "t".repeat(1_500)}
        };
        Map<String, Series> added = new HashMap<>();
        for (int type = 1; type < 8; type++) {
            for (String[] key : keys) {
                assertThat(find(table, 5, type, key[0], key[1])).isNull();
                Series series = series();
                put(table, 5, type, key[0], key[1], series);
                added.put(type + key[0] + "|" + key[1], series);
            }
        }

        for (int type = 1; type < 8; type++) {
            for (String[] key : keys) {
                assertThat(find(table, 5, type, key[0], key[1])).isSameAs(added.get(type + key[0] + "|" + key[1]));
            }
        }
        assertThat(table.entries()).isEqualTo(7 * keys.length);
    }

    @Test
    void shouldReplaceAnEntry() {
        SeriesTable table = new SeriesTable(10);
        Series second = series();
        put(table, 1, 1, "name", "tags", series());
        put(table, 1, 1, "name", "tags", second);

        assertThat(find(table, 1, 1, "name", "tags")).isSameAs(second);
        assertThat(table.entries()).isEqualTo(1);
    }

    @Test
    void shouldGrowAndStayWithinItsLimit() {
        SeriesTable table = new SeriesTable(5_000);
        Map<String, Series> added = new HashMap<>();
        for (int i = 0; i < 5_000; i++) {
            Series series = series();
            put(table, hash(i), 1, "name" + i, "", series);
            added.put("name" + i, series);
        }
        for (int i = 0; i < 5_000; i++) {
            assertThat(find(table, hash(i), 1, "name" + i, "")).isSameAs(added.get("name" + i));
        }
        put(table, hash(5_000), 1, "name5000", "", series());

        assertThat(table.entries()).isEqualTo(1);
        assertThat(find(table, hash(1), 1, "name1", "")).isNull();
    }

    private static long hash(int i) {
        return i * 0x9e3779b97f4a7c15L;
    }

    @Test
    void shouldBoundTheMemoryOfLongNames() {
        SeriesTable table = new SeriesTable(1_000);
        for (int i = 0; i < 1_000; i++) {
            put(table, hash(i), 1, "n".repeat(1_000) + i, "t".repeat(1_000), series());
            assertThat(table.entries()).isLessThanOrEqualTo(80);
        }
    }

    @Test
    void shouldNotStoreTooManyCollisions() {
        SeriesTable table = new SeriesTable(10_000);
        for (int i = 0; i < 1_000; i++) {
            put(table, 42, 1, "name" + i, "", series());
        }

        assertThat(table.entries()).isLessThan(500);
        assertThat(find(table, 42, 1, "name0", "")).isNotNull();
        assertThat(find(table, 42, 1, "name999", "")).isNull();
    }
}
