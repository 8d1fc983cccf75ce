package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every store of cells does, whatever it records with. One subclass per way of recording. */
abstract class CellContract {
    /** Finite amounts at the edges of what there is. */
    private static final double[] DOUBLES = {
        0.0,
        -0.0,
        Double.MIN_VALUE,
        Double.MIN_NORMAL / 2,
        Double.MIN_NORMAL,
        1e-9,
        0.4,
        0.5,
        1,
        3,
        1e9,
        1e300,
        Double.MAX_VALUE
    };

    private CellStore store;

    abstract CellStore open();

    @BeforeEach
    void openStore() {
        store = open();
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    @Test
    void shouldCountWholeAndOtherAmountsTogether() {
        CounterCell cell = store.newCounter();
        assertThat(cell.sum()).isZero();

        cell.add(5L);
        cell.add(1L << 40);
        cell.add(0.25);
        cell.add(0.5);

        assertThat(cell.sum()).isEqualTo((1L << 40) + 5.75);
    }

    @Test
    void shouldKeepCellsApart() {
        CounterCell one = store.newCounter();
        LongObservationCell two = store.newLongObservation(BucketBounds.none());
        DoubleObservationCell three = store.newDoubleObservation(BucketBounds.ofDoubles(1));
        CounterCell four = store.newCounter();

        one.add(1L);
        two.observe(2);
        three.observe(3);

        assertThat(one.sum()).isEqualTo(1);
        assertThat(two.read()).isEqualTo(new LongObservations(new long[] {1}, 2));
        assertThat(three.read()).isEqualTo(new DoubleObservations(new long[] {0, 1}, 3));
        assertThat(four.sum()).isZero();
    }

    @Test
    void shouldReadWhatWasThereWhenTheTotalsWereTaken() {
        CounterCell counter = store.newCounter();
        LongObservationCell longs = store.newLongObservation(BucketBounds.ofLongs(10));
        DoubleObservationCell doubles = store.newDoubleObservation(BucketBounds.ofDoubles(0.5));
        counter.add(2L);
        longs.observe(10);
        doubles.observe(0.75);

        try (CellSnapshot totals = store.totals()) {
            counter.add(100L);
            longs.observe(11);
            doubles.observe(0.25);

            assertThat(counter.sum(totals)).isEqualTo(2);
            assertThat(longs.read(totals)).isEqualTo(new LongObservations(new long[] {1, 0}, 10));
            assertThat(doubles.read(totals)).isEqualTo(new DoubleObservations(new long[] {0, 1}, 0.75));
        }
        assertThat(counter.sum()).isEqualTo(102);
        assertThat(longs.read()).isEqualTo(new LongObservations(new long[] {1, 1}, 21));
        assertThat(doubles.read()).isEqualTo(new DoubleObservations(new long[] {1, 1}, 1));
    }

    @Test
    void shouldReadACellThatIsYoungerThanTheTotalsAsEmpty() {
        try (CellSnapshot totals = store.totals()) {
            CounterCell counter = store.newCounter();
            LongObservationCell longs = store.newLongObservation(BucketBounds.ofLongs(10, 20));
            DoubleObservationCell doubles = store.newDoubleObservation(BucketBounds.none());
            counter.add(1L);
            longs.observe(1);
            doubles.observe(1);

            assertThat(counter.sum(totals)).isZero();
            assertThat(longs.read(totals)).isEqualTo(LongObservations.none(3));
            assertThat(doubles.read(totals)).isEqualTo(DoubleObservations.none(1));
        }
    }

    @Test
    void shouldRefuseClosedTotalsAndThoseOfAnotherStore() {
        CounterCell counter = store.newCounter();
        LongObservationCell longs = store.newLongObservation(BucketBounds.none());
        CellSnapshot closed = store.totals();
        closed.close();
        closed.close();

        assertThatIllegalStateException().isThrownBy(() -> counter.sum(closed));
        assertThatIllegalStateException().isThrownBy(() -> longs.read(closed));
        try (CellStore other = open();
                CellSnapshot totals = other.totals()) {
            assertThatIllegalArgumentException().isThrownBy(() -> counter.sum(totals));
            assertThatIllegalArgumentException().isThrownBy(() -> longs.read(totals));
        }
    }

    @Test
    void shouldRefuseBoundsOfTheOtherKind() {
        assertThatIllegalArgumentException().isThrownBy(() -> store.newLongObservation(BucketBounds.ofDoubles(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> store.newDoubleObservation(BucketBounds.ofLongs(1)));
    }

    @Test
    void shouldKeepRecordingAndReadingWhenClosed() {
        CounterCell counter = store.newCounter();
        DoubleObservationCell doubles = store.newDoubleObservation(BucketBounds.ofDoubles(1));
        counter.add(1L);
        store.close();
        store.close();

        counter.add(2L);
        doubles.observe(3);

        assertThat(counter.sum()).isEqualTo(3);
        try (CellSnapshot totals = store.totals()) {
            assertThat(counter.sum(totals)).isEqualTo(3);
            assertThat(doubles.read(totals)).isEqualTo(new DoubleObservations(new long[] {0, 1}, 3));
        }
        assertThat(doubles.drainMax()).isEqualTo(3);
        assertThatIllegalStateException().isThrownBy(store::newCounter);
        assertThatIllegalStateException().isThrownBy(() -> store.newLongObservation(BucketBounds.none()));
        assertThatIllegalStateException().isThrownBy(() -> store.newDoubleObservation(BucketBounds.none()));
    }

    @Test
    void shouldCountObservationsButNotAdditionsAsRecords() {
        store.newCounter().add(7L);
        LongObservationCell longs = store.newLongObservation(BucketBounds.ofLongs(1, 2, 3));
        for (int i = 0; i < 5; i++) {
            longs.observe(i);
        }
        store.newDoubleObservation(BucketBounds.none()).observe(0);

        ShardStatistics statistics = store.statistics();

        long inShards = statistics.shards().stream()
                .mapToLong(ShardStatistics.PerShard::records)
                .sum();
        assertThat(inShards + statistics.sharedRecords()).isEqualTo(6);
        assertThat(statistics.residentBytes()).isBetween(0L, statistics.reservedBytes());
    }

    @Test
    void shouldDrainTheMaximumOnce() {
        LongObservationCell longs = store.newLongObservation(BucketBounds.ofLongs(10));
        DoubleObservationCell doubles = store.newDoubleObservation(BucketBounds.none());
        assertThat(longs.drainMax()).isZero();
        assertThat(doubles.drainMax()).isZero();

        LongStream.of(3, 100, 7).forEach(longs::observe);
        DoubleStream.of(0.25, Double.MIN_VALUE).forEach(doubles::observe);

        assertThat(longs.drainMax()).isEqualTo(100);
        assertThat(longs.drainMax()).isZero();
        assertThat(doubles.drainMax()).isEqualTo(0.25);
        assertThat(doubles.drainMax()).isZero();
        longs.observe(4);
        doubles.observe(Double.MIN_VALUE);
        assertThat(longs.drainMax()).isEqualTo(4);
        assertThat(doubles.drainMax()).isEqualTo(Double.MIN_VALUE);
        assertThat(longs.read().count()).isEqualTo(4);
    }

    @Test
    void shouldTakeAnInfiniteAmountIntoTheLastBucket() {
        DoubleObservationCell cell = store.newDoubleObservation(BucketBounds.ofDoubles(Double.MAX_VALUE));

        cell.observe(Double.POSITIVE_INFINITY);

        assertThat(cell.read()).isEqualTo(new DoubleObservations(new long[] {0, 1}, Double.POSITIVE_INFINITY));
        assertThat(cell.drainMax()).isInfinite();
    }

    @Test
    void shouldPutLongAmountsIntoTheFirstBucketThatHoldsThem() {
        Random random = new Random(2);
        for (int round = 0; round < 200; round++) {
            long[] bounds = LongStream.generate(() -> random.nextLong() >>> (1 + random.nextInt(63)))
                    .limit(random.nextInt(100))
                    .sorted()
                    .distinct()
                    .toArray();
            LongStream amounts = LongStream.concat(
                    LongStream.of(0, 1, Long.MAX_VALUE - 1, Long.MAX_VALUE),
                    Arrays.stream(bounds).flatMap(bound -> LongStream.of(Math.max(0, bound - 1), bound, bound + 1)));
            LongObservationCell cell = store.newLongObservation(BucketBounds.ofLongs(bounds));
            long[] expected = new long[bounds.length + 1];
            long sum = 0;
            for (long amount : amounts.filter(amount -> amount >= 0).toArray()) {
                int bucket = 0;
                while (bucket < bounds.length && amount > bounds[bucket]) {
                    bucket++;
                }
                expected[bucket]++;
                sum += amount;
                cell.observe(amount);
            }
            assertThat(cell.read()).isEqualTo(new LongObservations(expected, sum));
            assertThat(cell.drainMax()).isEqualTo(Long.MAX_VALUE);
        }
    }

    @Test
    void shouldPutDoubleAmountsIntoTheFirstBucketThatHoldsThem() {
        Random random = new Random(3);
        for (int round = 0; round < 200; round++) {
            double[] bounds = DoubleStream.generate(() -> Double.longBitsToDouble(random.nextLong() >>> 1))
                    .filter(Double::isFinite)
                    .limit(random.nextInt(100))
                    .map(bound -> random.nextInt(20) == 0 ? DOUBLES[random.nextInt(DOUBLES.length)] + 0.0 : bound)
                    .sorted()
                    .distinct()
                    .toArray();
            double[] amounts = DoubleStream.concat(
                            DoubleStream.concat(DoubleStream.of(DOUBLES), DoubleStream.of(Double.POSITIVE_INFINITY)),
                            Arrays.stream(bounds)
                                    .flatMap(bound -> DoubleStream.of(
                                            Math.max(0, Math.nextDown(bound)), bound, Math.nextUp(bound))))
                    .toArray();
            DoubleObservationCell cell = store.newDoubleObservation(BucketBounds.ofDoubles(bounds));
            long[] expected = new long[bounds.length + 1];
            for (double amount : amounts) {
                int bucket = 0;
                while (bucket < bounds.length && amount > bounds[bucket]) {
                    bucket++;
                }
                expected[bucket]++;
                cell.observe(amount);
            }
            assertThat(cell.read().bucketCounts()).containsExactly(expected);
        }
    }
}
