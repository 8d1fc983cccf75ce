package dev.percpu.binding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.rseq.RseqProbe;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests that a region rejects or survives arguments out of range.
 *
 * <p>The record calls do not reject an offset: the test passes if the JVM does not crash.
 */
class RegionTest {
    private static final int SHIFT = 16;
    private static final int CPU_ID = 4;
    private static final long[] EDGES = {
        0,
        1,
        7,
        8,
        15,
        -1,
        -8,
        -16,
        Long.MIN_VALUE,
        Long.MAX_VALUE,
        1L << SHIFT,
        (1L << SHIFT) - 1,
        (1L << SHIFT) - 16,
        1L << 40,
        1L << 63 >> 20
    };

    private final int shards = RseqProbe.status().cpus().shardCount();
    private final Region region = Region.reserve(shards, SHIFT, SumKind.LONG, CPU_ID);

    @BeforeAll
    static void setTheMode() {
        RseqProbe.status();
    }

    /** A cell or a group. The record keeps its memory reachable. */
    private record TestCell(RecordCalls calls, long offset) {
        TestCell(Region region, long offset, BucketIndex buckets) {
            this(new RecordCalls(region, buckets), offset);
        }

        void addLong(long amount) {
            calls().addLong(this, offset, amount);
        }

        void observeLong(long amount) {
            calls().observeLong(this, offset, amount);
        }

        void observeDouble(double amount) {
            calls().observeDouble(this, offset, amount);
        }
    }

    @Test
    void shouldSurviveAnyOffset() {
        Random random = new Random(1);
        BucketIndex buckets = BucketIndex.ofLongs(1, 10, 100);
        for (int i = 0; i < 200_000; i++) {
            long offset = i < EDGES.length ? EDGES[i] : random.nextLong();
            TestCell single = new TestCell(region, offset, BucketIndex.NONE);
            TestCell group = new TestCell(region, offset, buckets);
            single.addLong(1);
            single.calls().addDouble(single, offset, 1);
            group.observeLong(random.nextLong());
            single.observeDouble(random.nextDouble());
            group.calls().observeLong(group, offset, random.nextLong(), random.nextLong());
            single.calls().observeDouble(single, offset, random.nextDouble(), random.nextLong());
        }
        assertThat(region.residentBytes()).isPositive();
    }

    @Test
    void shouldSurviveAnyAmount() {
        long group = region.firstCell();
        BucketIndex longs = BucketIndex.ofLongs(1, 10, 100);
        BucketIndex doubles = BucketIndex.ofDoubles(0.1, 1, 10);
        for (long amount : EDGES) {
            new TestCell(region, group, longs).observeLong(amount);
            new TestCell(region, group, doubles).observeDouble(Double.longBitsToDouble(amount));
        }
        assertThat(count(group, 4)).isEqualTo(2L * EDGES.length);
    }

    private long count(long group, int buckets) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cells = arena.allocate(16L * buckets, 16);
            region.sum(group, group + cells.byteSize(), cells);
            long count = 0;
            for (int i = 0; i < buckets; i++) {
                count += cells.get(ValueLayout.JAVA_LONG, 16L * i);
            }
            return count;
        }
    }

    @ParameterizedTest
    @CsvSource({"0,16", "4096,4095", "8,4104", "4096,65552", "-16,4096", "4096,9223372036854775792"})
    void shouldRejectSumsOutsideOfTheCells(long from, long to) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(1 << 17, 16);
            assertThatThrownBy(() -> region.sum(from, to, out))
                    .isInstanceOfAny(IndexOutOfBoundsException.class, IllegalArgumentException.class)
                    .hasMessageContaining(Long.toString(from));
        }
    }

    @Test
    void shouldRejectOutputThatIsTooSmallOrOnTheHeap() {
        long from = region.firstCell();
        try (Arena arena = Arena.ofConfined()) {
            assertThatThrownBy(() -> region.sum(from, from + 32, arena.allocate(16, 16)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> region.sum(from, from + 32, MemorySegment.ofArray(new long[4])))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldSumManyRanges() {
        long first = region.firstCell();
        for (long cell : new long[] {0, 3, 3, 1000}) {
            new TestCell(region, first + 16 * cell, BucketIndex.NONE).addLong(cell + 1);
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment offsets = arena.allocateFrom(ValueLayout.JAVA_LONG, first + 16_000, first, first + 32);
            MemorySegment out = arena.allocate(96, 16);
            region.sumRanges(0, shards + 1, offsets, 32, out);

            assertThat(out.toArray(ValueLayout.JAVA_LONG)).containsExactly(1001, 0, 0, 0, 1, 0, 0, 0, 0, 0, 8, 0);
        }
    }

    @Test
    void shouldRejectManyRangesIfOneIsOutside() {
        long first = region.firstCell();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment out = arena.allocate(1 << 20, 16);
            for (long edge : EDGES) {
                MemorySegment offsets = arena.allocateFrom(ValueLayout.JAVA_LONG, first, edge, first);
                assertThatThrownBy(() -> region.sumRanges(0, shards + 1, offsets, 32, out))
                        .as("an offset of %d", edge)
                        .isInstanceOf(IndexOutOfBoundsException.class)
                        .hasMessageContaining("3 ranges of 32 bytes");
                if (edge % 16 != 0 || edge < 0 || edge > 1L << SHIFT) {
                    assertThatThrownBy(() -> region.sumRanges(0, 1, offsets, edge, out))
                            .as("ranges of %d bytes", edge)
                            .isInstanceOfAny(IndexOutOfBoundsException.class, IllegalArgumentException.class);
                }
            }
            MemorySegment valid = arena.allocateFrom(ValueLayout.JAVA_LONG, first);
            assertThatThrownBy(() -> region.sumRanges(0, shards + 2, valid, 16, out))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> region.sumRanges(2, 1, valid, 16, out))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    @SuppressWarnings("restricted") // the segment is larger than its memory, but must not be read
    void shouldRejectManyRangesWithoutRoomForTheirSums() {
        long first = region.firstCell();
        Region wide = Region.reserve(1, 40, SumKind.LONG, CPU_ID);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment offsets = arena.allocateFrom(ValueLayout.JAVA_LONG, first, first);
            MemorySegment out = arena.allocate(64, 16);
            MemorySegment closed = ofClosedArena();
            // By message: two segments with the same address are equal.
            Map.of(
                            "out must have at least 64 bytes, but had 63",
                            out.asSlice(0, 63),
                            "out must be native memory, but was on the heap",
                            MemorySegment.ofArray(new long[8]),
                            "out must be open, but its arena was closed",
                            closed,
                            "out must be writable, but was read-only",
                            out.asReadOnly())
                    .forEach(
                            (message, invalid) -> assertThatThrownBy(() -> region.sumRanges(0, 1, offsets, 32, invalid))
                                    .isInstanceOf(IllegalArgumentException.class)
                                    .hasMessage(message));
            region.sumRanges(0, 1, offsets.asReadOnly(), 32, out);
            for (MemorySegment invalid : new MemorySegment[] {MemorySegment.ofArray(new long[8]), closed}) {
                assertThatThrownBy(() -> region.sumRanges(0, 1, invalid, 0, out))
                        .isInstanceOf(IllegalArgumentException.class);
            }
            // 2^25 ranges of 2^39 bytes: the product is 0 in 64 bits.
            MemorySegment many = MemorySegment.ofAddress(offsets.address()).reinterpret(8L << 25);
            assertThatThrownBy(() -> wide.sumRanges(0, 1, many, 1L << 39, out))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static MemorySegment ofClosedArena() {
        try (Arena arena = Arena.ofConfined()) {
            return arena.allocate(64, 16);
        }
    }

    @Test
    void shouldRejectShardsThatDoNotExist() {
        assertThatThrownBy(() -> region.restarts(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> region.restarts(shards + 1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> Region.reserve(0, SHIFT, SumKind.LONG, CPU_ID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shards must be 1 to 8192, but was 0");
        assertThatThrownBy(() -> Region.reserve(8193, SHIFT, SumKind.LONG, CPU_ID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("shards must be 1 to 8192, but was 8193");
        assertThatThrownBy(() -> Region.reserve(1, 63, SumKind.LONG, CPU_ID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("strideShift must be 16 to 40, but was 63");
        assertThatThrownBy(() -> Region.reserve(1, 15, SumKind.LONG, CPU_ID))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("strideShift must be 16 to 40, but was 15");
        assertThatThrownBy(() -> Region.reserve(1, SHIFT, SumKind.LONG, 8))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("indexOffset must be 4 or 24, but was 8");
    }

    @Test
    void shouldRejectAReservationAboveTheAddressSpace() {
        assertThatThrownBy(() -> Region.reserve(8192, 40, SumKind.LONG, CPU_ID))
                .isInstanceOfSatisfying(
                        ReservationRefusedException.class,
                        it -> assertThat(it.errno()).isEqualTo(12))
                .hasMessageContaining("was refused");
    }

    @Test
    void shouldUseNoMemoryForShardsWithoutRecords() {
        Region wide = Region.reserve(256, 24, SumKind.LONG, CPU_ID);
        new TestCell(wide, wide.firstCell(), BucketIndex.NONE).addLong(1);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment cells = arena.allocate(1 << 20, 16);
            wide.sum(wide.firstCell(), wide.firstCell() + cells.byteSize(), cells);
            assertThat(cells.get(ValueLayout.JAVA_LONG, 0)).isEqualTo(1);
        }
        // At most three pages of the header and, of one shard, its counters, its dirty map and one block.
        assertThat(wide.residentBytes()).isLessThan(4096L * 6);
        assertThat(wide.reservedBytes()).isEqualTo(3 * 4096 + (257L << 24));
    }

    @Test
    void shouldRejectBoundsThatAreNotAscending() {
        assertThatThrownBy(() -> BucketIndex.ofLongs(5, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BucketIndex.ofLongs(-1, 5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BucketIndex.ofDoubles(-0.5)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> BucketIndex.ofLongs(new long[5000]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4095");
    }

    /** Without a copy, the second native call would write beyond the memory whose size the first one computed. */
    @Test
    void shouldSurviveBoundsThatChange() throws InterruptedException {
        long[] few = LongStream.range(0, 4_000).toArray();
        long[] many = LongStream.range(0, 4_000).map(i -> i << 48).toArray();
        long[] changing = few.clone();
        AtomicBoolean done = new AtomicBoolean();
        Thread changer = Thread.ofPlatform().start(() -> {
            while (!done.get()) {
                System.arraycopy(many, 0, changing, 0, changing.length);
                System.arraycopy(few, 0, changing, 0, changing.length);
            }
        });
        for (int i = 0; i < 2_000; i++) {
            try {
                BucketIndex.ofLongs(changing);
            } catch (IllegalArgumentException e) {
                assertThat(e).hasMessageContaining("strictly ascending");
            }
        }
        done.set(true);
        changer.join();
    }

    /** Native code that reads or writes a page beyond the end of the file would end the JVM. */
    @Test
    void shouldRejectAMappedFile(@TempDir Path folder) throws IOException {
        try (FileChannel file = FileChannel.open(
                        folder.resolve("cells"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
                Arena arena = Arena.ofConfined()) {
            MemorySegment mapped = file.map(FileChannel.MapMode.READ_WRITE, 0, 4096, arena);
            file.truncate(0);
            long from = region.firstCell();

            assertThatThrownBy(() -> region.sum(from, from + 4096, mapped))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("mapped file");
            assertThatThrownBy(() -> region.sumRanges(0, 1, mapped, 16, arena.allocate(8192)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void shouldFindTheSameBucketAsALinearSearch() {
        Random random = new Random(2);
        for (int round = 0; round < 200; round++) {
            long[] bounds = random.longs(1 + random.nextInt(300), 0, 1L << random.nextInt(1, 63))
                    .distinct()
                    .sorted()
                    .toArray();
            BucketIndex index = BucketIndex.ofLongs(bounds);
            for (long bound : bounds) {
                for (long amount = Math.max(0, bound - 1); amount <= bound + 1; amount++) {
                    assertThat(index.indexOf(amount)).isEqualTo(search(bounds, amount));
                }
            }
        }
    }

    private static int search(long[] bounds, long amount) {
        int bucket = 0;
        while (bucket < bounds.length && amount > bounds[bucket]) {
            bucket++;
        }
        return bucket;
    }
}
