package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Columns of cells in several regions, out of order, of several batches. */
class CellColumnTest {
    private final Random random = new Random(3);
    private final CellStore store = NativeStores.ofSmallRegions();
    private final ColumnReader reader = new ColumnReader();

    @AfterEach
    void close() {
        reader.close();
        store.close();
    }

    private static CellColumn columnOf(List<? extends Cell> cells) {
        return Objects.requireNonNull(CellColumn.of(cells));
    }

    @Test
    void shouldReadCountersWhereverTheyAre() {
        List<CounterCell> cells = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            CounterCell cell = store.newCounter();
            cell.add((long) i);
            cell.add(i / 8.0);
            cells.add(cell);
        }
        Collections.shuffle(cells, random);

        CellColumn.Cursor reading = columnOf(cells).in(reader);

        for (int place = 0; place < cells.size(); place++) {
            assertThat(reading.counter(place))
                    .as("place %d", place)
                    .isEqualTo(cells.get(place).sum());
        }
        assertThat(reading.counter(0))
                .as("the first batch again")
                .isEqualTo(cells.getFirst().sum());
    }

    private BucketBounds bounds(int buckets) {
        return BucketBounds.ofLongs(LongStream.range(1, buckets).toArray());
    }

    /** One batch holds thousands of the first and only one of the last. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 69, 255, 1000, 3500})
    void shouldReadGroupsOfAnySize(int buckets) {
        List<LongObservationCell> longs = new ArrayList<>();
        List<DoubleObservationCell> doubles = new ArrayList<>();
        double[] doubleBounds = LongStream.range(1, buckets).asDoubleStream().toArray();
        for (int i = 0; i < Math.max(3, 20_000 / buckets); i++) {
            LongObservationCell cell = store.newLongObservation(bounds(buckets));
            DoubleObservationCell other = store.newDoubleObservation(BucketBounds.ofDoubles(doubleBounds));
            for (int k = 0; k < 5; k++) {
                cell.observe(random.nextInt(buckets + 1));
                other.observe(random.nextDouble(buckets + 1));
            }
            longs.add(cell);
            doubles.add(other);
        }
        Collections.shuffle(longs, random);
        Collections.shuffle(doubles, random);
        long[] counts = new long[buckets];

        CellColumn.Cursor reading = columnOf(longs).in(reader);
        for (int place = 0; place < longs.size(); place++) {
            long sum = reading.longObservations(place, counts);
            assertThat(new LongObservations(counts.clone(), sum))
                    .isEqualTo(longs.get(place).read());
        }
        CellColumn.Cursor ofDoubles = columnOf(doubles).in(reader);
        for (int place = 0; place < doubles.size(); place++) {
            double sum = ofDoubles.doubleObservations(place, counts);
            assertThat(new DoubleObservations(counts.clone(), sum))
                    .isEqualTo(doubles.get(place).read());
        }
    }

    @Test
    void shouldReadTheLargestGroups() {
        try (CellStore large = NativeStores.open()) {
            List<LongObservationCell> cells = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                LongObservationCell cell = large.newLongObservation(bounds(4096));
                cell.observe(i);
                cell.observe(5000);
                cells.add(cell);
            }
            CellColumn.Cursor reading = columnOf(cells).in(reader);
            for (int place = 0; place < cells.size(); place++) {
                long[] counts = new long[4096];
                long sum = reading.longObservations(place, counts);
                assertThat(new LongObservations(counts, sum))
                        .isEqualTo(cells.get(place).read());
            }
        }
    }

    @Test
    void shouldReadWhatIsThereWhenItIsRead() {
        CounterCell cell = store.newCounter();
        CellColumn column = columnOf(List.of(cell));
        cell.add(1L);
        assertThat(column.in(reader).counter(0)).isEqualTo(1);
        cell.add(1L);
        assertThat(column.in(reader).counter(0)).isEqualTo(2);
    }

    @Test
    void shouldShareAReaderWithAnotherColumn() {
        CounterCell one = store.newCounter();
        CounterCell other = store.newCounter();
        one.add(1L);
        other.add(2L);
        CellColumn.Cursor ofOne = columnOf(List.of(one)).in(reader);
        CellColumn.Cursor ofOther = columnOf(List.of(other)).in(reader);

        assertThat(List.of(ofOne.counter(0), ofOther.counter(0), ofOne.counter(0)))
                .containsExactly(1.0, 2.0, 1.0);
    }

    @Test
    void shouldNotBeOfCellsThatCannotBeReadTogether() {
        CounterCell counter = store.newCounter();
        LongObservationCell none = store.newLongObservation(BucketBounds.none());
        LongObservationCell two = store.newLongObservation(bounds(2));
        try (CellStore onJvm = CellStore.onJvm()) {
            assertThat(CellColumn.of(List.of())).isNull();
            assertThat(CellColumn.of(List.of(counter, none))).isNull();
            assertThat(CellColumn.of(List.of(none, two))).isNull();
            assertThat(CellColumn.of(List.of(counter, onJvm.newCounter()))).isNull();
            assertThat(CellColumn.of(List.of(onJvm.newCounter()))).isNull();
        }
    }

    @Test
    void shouldNotBeReadOfAReaderThatIsClosedOrAnothersThreads() throws InterruptedException {
        CellColumn column = columnOf(List.of(store.newCounter()));
        List<Throwable> thrown = Collections.synchronizedList(new ArrayList<>());
        Thread other = Thread.ofPlatform().start(() -> {
            try {
                column.in(reader).counter(0);
            } catch (WrongThreadException e) {
                thrown.add(e);
            }
        });
        other.join();
        assertThat(thrown).hasSize(1);

        ColumnReader closed = new ColumnReader();
        closed.close();
        assertThatIllegalStateException().isThrownBy(() -> column.in(closed).counter(0));
        assertThatThrownBy(closed::close).isInstanceOf(IllegalStateException.class);
    }
}
