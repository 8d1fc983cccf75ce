package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests columns with cells of several regions, in random order, in several batches. */
class CellColumnTest {
    private final Random random = new Random(3);
    private final CellStore store = NativeStores.ofSmallRegions();
    private final CellColumn.Reader reader = new CellColumn.Reader(new long[CellColumn.Reader.WORDS]);

    @AfterEach
    void close() {
        reader.close();
        store.close();
    }

    private static CellColumn columnOf(List<? extends Cell> cells) {
        return Objects.requireNonNull(CellColumn.of(cells));
    }

    @Test
    void shouldReadCountersOfSeveralRegions() {
        List<CounterCell> cells = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            CounterCell cell = store.newCounter();
            cell.add((long) i);
            cell.add(i / 8.0);
            cells.add(cell);
        }
        Collections.shuffle(cells, random);

        CellColumn.Cursor cursor = columnOf(cells).cursor(reader);

        for (int i = 0; i < cells.size(); i++) {
            assertThat(cursor.counterSum(i))
                    .as("meter %d", i)
                    .isEqualTo(cells.get(i).sum());
        }
        assertThat(cursor.counterSum(0))
                .as("the first batch again")
                .isEqualTo(cells.getFirst().sum());
    }

    @Test
    void shouldReadConsecutiveMetersAcrossBatches() {
        int size = 10_000;
        List<CounterCell> counters = new ArrayList<>();
        List<ObservationCell> longs = new ArrayList<>();
        List<ObservationCell> doubles = new ArrayList<>();
        for (int i = 0; i < size; i++) {
            counters.add(store.newCounter());
            counters.getLast().add(i / 8.0);
            longs.add(store.newLongObservation(BucketBounds.ofLongs()));
            doubles.add(store.newDoubleObservation(BucketBounds.ofDoubles()));
            for (int k = 0; k < i % 3; k++) {
                longs.getLast().observeLong(i);
                doubles.getLast().observeDouble(i / 8.0);
            }
        }
        int from = 100;
        int count = size - 2 * from;
        double[] sums = new double[count];
        long[] counts = new long[count];
        long[] longSums = new long[count];

        columnOf(counters).cursor(reader).readCounters(from, count, sums);
        assertThat(sums)
                .containsExactly(IntStream.range(from, from + count)
                        .mapToDouble(i -> i / 8.0)
                        .toArray());
        columnOf(longs).cursor(reader).readLongs(from, count, counts, longSums);
        columnOf(doubles).cursor(reader).readDoubles(from, count, counts.clone(), sums);
        for (int i = 0; i < count; i++) {
            int recorded = (from + i) % 3;
            assertThat(counts[i]).as("count of %d", i).isEqualTo(recorded);
            assertThat(longSums[i]).as("sum of %d", i).isEqualTo(recorded * (long) (from + i));
            assertThat(sums[i]).as("double sum of %d", i).isEqualTo(recorded * ((from + i) / 8.0));
        }
    }

    private BucketBounds bounds(int buckets) {
        return BucketBounds.ofLongs(LongStream.range(1, buckets).toArray());
    }

    /** A batch has thousands of the smallest groups, and one of the largest. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 69, 255, 1000, 3500})
    void shouldReadGroupsOfAnySize(int buckets) {
        List<ObservationCell> longs = new ArrayList<>();
        List<ObservationCell> doubles = new ArrayList<>();
        double[] doubleBounds = LongStream.range(1, buckets).asDoubleStream().toArray();
        for (int i = 0; i < Math.max(3, 20_000 / buckets); i++) {
            ObservationCell cell = store.newLongObservation(bounds(buckets));
            ObservationCell other = store.newDoubleObservation(BucketBounds.ofDoubles(doubleBounds));
            for (int k = 0; k < 5; k++) {
                cell.observeLong(random.nextInt(buckets + 1));
                other.observeDouble(random.nextDouble(buckets + 1));
            }
            longs.add(cell);
            doubles.add(other);
        }
        Collections.shuffle(longs, random);
        Collections.shuffle(doubles, random);
        long[] counts = new long[buckets];

        CellColumn.Cursor cursor = columnOf(longs).cursor(reader);
        for (int i = 0; i < longs.size(); i++) {
            long sum = cursor.readLongs(i, counts);
            assertThat(Observations.ofLongs(counts.clone(), sum))
                    .isEqualTo(longs.get(i).read());
        }
        CellColumn.Cursor ofDoubles = columnOf(doubles).cursor(reader);
        for (int i = 0; i < doubles.size(); i++) {
            double sum = ofDoubles.readDoubles(i, counts);
            assertThat(Observations.ofDoubles(counts.clone(), sum))
                    .isEqualTo(doubles.get(i).read());
        }
    }

    @Test
    void shouldReadTheLargestGroups() {
        try (CellStore large = NativeStores.open()) {
            List<ObservationCell> cells = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                ObservationCell cell = large.newLongObservation(bounds(4096));
                cell.observeLong(i);
                cell.observeLong(5000);
                cells.add(cell);
            }
            CellColumn.Cursor cursor = columnOf(cells).cursor(reader);
            for (int i = 0; i < cells.size(); i++) {
                long[] counts = new long[4096];
                long sum = cursor.readLongs(i, counts);
                assertThat(Observations.ofLongs(counts, sum))
                        .isEqualTo(cells.get(i).read());
            }
        }
    }

    @Test
    void shouldKeepASumOfLongsAtItsLargestValue() {
        ObservationCell cell = store.newLongObservation(BucketBounds.ofLongs(1));
        cell.observeLong(Long.MAX_VALUE);
        cell.observeLong(1);

        assertThat(columnOf(List.of(cell)).cursor(reader).readLongs(0, new long[2]))
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void shouldReadTheValuesAtTheTimeOfTheRead() {
        CounterCell cell = store.newCounter();
        CellColumn column = columnOf(List.of(cell));
        cell.add(1L);
        assertThat(column.cursor(reader).counterSum(0)).isEqualTo(1);
        cell.add(1L);
        assertThat(column.cursor(reader).counterSum(0)).isEqualTo(2);
    }

    @Test
    void shouldShareAReaderBetweenColumns() {
        CounterCell one = store.newCounter();
        CounterCell other = store.newCounter();
        one.add(1L);
        other.add(2L);
        CellColumn.Cursor ofOne = columnOf(List.of(one)).cursor(reader);
        CellColumn.Cursor ofOther = columnOf(List.of(other)).cursor(reader);

        assertThat(List.of(ofOne.counterSum(0), ofOther.counterSum(0), ofOne.counterSum(0)))
                .containsExactly(1.0, 2.0, 1.0);
    }

    @Test
    void shouldBeNullForCellsThatCannotBeReadTogether() {
        CounterCell counter = store.newCounter();
        ObservationCell none = store.newLongObservation(BucketBounds.ofLongs());
        ObservationCell two = store.newLongObservation(bounds(2));
        try (CellStore heap = new JvmCellStore()) {
            assertThat(CellColumn.of(List.of())).isNull();
            assertThat(CellColumn.of(List.of(counter, none))).isNull();
            assertThat(CellColumn.of(List.of(none, two))).isNull();
            assertThat(CellColumn.of(List.of(counter, heap.newCounter()))).isNull();
            assertThat(CellColumn.of(List.of(heap.newCounter()))).isNull();
        }
    }

    @Test
    void shouldRejectAClosedReaderAndTheReaderOfAnotherThread() throws InterruptedException {
        CellColumn column = columnOf(List.of(store.newCounter()));
        List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                column.cursor(reader).counterSum(0);
            } catch (WrongThreadException e) {
                thrown.add(e);
            }
        });
        other.join();
        assertThat(thrown).hasSize(1);

        CellColumn.Reader closed = new CellColumn.Reader(new long[CellColumn.Reader.WORDS]);
        closed.close();
        assertThatIllegalStateException().isThrownBy(() -> column.cursor(closed).counterSum(0));
        assertThatThrownBy(closed::close).isInstanceOf(IllegalStateException.class);
    }
}
