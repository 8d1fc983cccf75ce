package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.percpu.binding.SumKind;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The contract of every cell store. One subclass per implementation. */
abstract class CellContract {
    /** Finite amounts at the limits of the type. */
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
    void shouldAddIntegersAndDoubles() {
        CounterCell cell = store.newCounter();
        assertThat(cell.sum()).isZero();

        cell.add(5L);
        cell.add(1L << 40);
        cell.add(0.25);
        cell.add(0.5);

        assertThat(cell.sum()).isEqualTo((1L << 40) + 5.75);
    }

    @Test
    void shouldRecordInOneCellOnly() {
        CounterCell one = store.newCounter();
        ObservationCell two = store.newLongObservation(BucketBounds.ofLongs());
        ObservationCell three = store.newDoubleObservation(BucketBounds.ofDoubles(1));
        CounterCell four = store.newCounter();

        one.add(1L);
        two.observeLong(2);
        three.observeDouble(3);

        assertThat(one.sum()).isEqualTo(1);
        assertThat(two.read()).isEqualTo(Observations.ofLongs(new long[] {1}, 2));
        assertThat(three.read()).isEqualTo(Observations.ofDoubles(new long[] {0, 1}, 3));
        assertThat(four.sum()).isZero();
    }

    @Test
    void shouldReadTheValuesAtTheTimeOfTheSnapshot() {
        CounterCell counter = store.newCounter();
        ObservationCell longs = store.newLongObservation(BucketBounds.ofLongs(10));
        ObservationCell doubles = store.newDoubleObservation(BucketBounds.ofDoubles(0.5));
        counter.add(2L);
        longs.observeLong(10);
        doubles.observeDouble(0.75);

        try (CellSnapshot snapshot = store.snapshot()) {
            counter.add(100L);
            longs.observeLong(11);
            doubles.observeDouble(0.25);

            assertThat(counter.sum(snapshot)).isEqualTo(2);
            assertThat(longs.read(snapshot)).isEqualTo(Observations.ofLongs(new long[] {1, 0}, 10));
            assertThat(doubles.read(snapshot)).isEqualTo(Observations.ofDoubles(new long[] {0, 1}, 0.75));
        }
        assertThat(counter.sum()).isEqualTo(102);
        assertThat(longs.read()).isEqualTo(Observations.ofLongs(new long[] {1, 1}, 21));
        assertThat(doubles.read()).isEqualTo(Observations.ofDoubles(new long[] {1, 1}, 1));
    }

    @Test
    void shouldReadACellNewerThanTheSnapshotAsEmpty() {
        try (CellSnapshot snapshot = store.snapshot()) {
            CounterCell counter = store.newCounter();
            ObservationCell longs = store.newLongObservation(BucketBounds.ofLongs(10, 20));
            ObservationCell doubles = store.newDoubleObservation(BucketBounds.ofLongs());
            counter.add(1L);
            longs.observeLong(1);
            doubles.observeDouble(1);

            assertThat(counter.sum(snapshot)).isZero();
            assertThat(longs.read(snapshot)).isEqualTo(Observations.none(SumKind.LONG, 3));
            assertThat(doubles.read(snapshot)).isEqualTo(Observations.none(SumKind.DOUBLE, 1));
        }
    }

    @Test
    void shouldRejectAClosedSnapshotAndTheSnapshotOfAnotherStore() {
        CounterCell counter = store.newCounter();
        ObservationCell longs = store.newLongObservation(BucketBounds.ofLongs());
        CellSnapshot closed = store.snapshot();
        closed.close();
        closed.close();

        assertThatIllegalStateException().isThrownBy(() -> counter.sum(closed));
        assertThatIllegalStateException().isThrownBy(() -> longs.read(closed));
        try (CellStore other = open();
                CellSnapshot snapshot = other.snapshot()) {
            assertThatIllegalArgumentException().isThrownBy(() -> counter.sum(snapshot));
            assertThatIllegalArgumentException().isThrownBy(() -> longs.read(snapshot));
        }
    }

    @Test
    void shouldRejectBoundsOfTheOtherKind() {
        assertThatIllegalArgumentException().isThrownBy(() -> store.newLongObservation(BucketBounds.ofDoubles(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> store.newDoubleObservation(BucketBounds.ofLongs(1)));

        store.newLongObservation(BucketBounds.ofLongs(1));
        assertThatIllegalArgumentException()
                .as("after these bounds were used")
                .isThrownBy(() -> store.newDoubleObservation(BucketBounds.ofLongs(1)))
                .withMessageContaining("kind of the bucket bounds must be DOUBLE, but was LONG");
    }

    @Test
    void shouldHaveTheKindOfItsAmounts() {
        ObservationCell longs = store.newLongObservation(BucketBounds.ofLongs());
        ObservationCell doubles = store.newDoubleObservation(BucketBounds.ofLongs());

        assertThat(longs.isOfLongs()).isTrue();
        assertThat(longs.requireLongs()).isSameAs(longs);
        assertThatIllegalArgumentException().isThrownBy(longs::requireDoubles);
        assertThat(doubles.isOfLongs()).isFalse();
        assertThat(doubles.requireDoubles()).isSameAs(doubles);
        assertThatIllegalArgumentException().isThrownBy(doubles::requireLongs);
        // The check is an assertion, because it is on the record path. Tests enable assertions.
        assertThatThrownBy(() -> longs.observeDouble(1)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> doubles.observeLong(1)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> longs.observeDouble(1, 2)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> doubles.observeLong(1, 2)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> longs.observeLong(1, 0)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> doubles.observeDouble(1, 0)).isInstanceOf(AssertionError.class);
    }

    @Test
    void shouldRecordAndReadAfterTheStoreIsClosed() {
        CounterCell counter = store.newCounter();
        ObservationCell doubles = store.newDoubleObservation(BucketBounds.ofDoubles(1));
        counter.add(1L);
        store.close();
        store.close();

        counter.add(2L);
        doubles.observeDouble(3);

        assertThat(counter.sum()).isEqualTo(3);
        try (CellSnapshot snapshot = store.snapshot()) {
            assertThat(counter.sum(snapshot)).isEqualTo(3);
            assertThat(doubles.read(snapshot)).isEqualTo(Observations.ofDoubles(new long[] {0, 1}, 3));
        }
        assertThatIllegalStateException().isThrownBy(store::newCounter);
        assertThatIllegalStateException().isThrownBy(() -> store.newLongObservation(BucketBounds.ofLongs()));
        assertThatIllegalStateException().isThrownBy(() -> store.newDoubleObservation(BucketBounds.ofLongs()));
    }

    @Test
    void shouldCountObservationsButNotAdditionsAsRecords() {
        store.newCounter().add(7L);
        ObservationCell longs = store.newLongObservation(BucketBounds.ofLongs(1, 2, 3));
        for (int i = 0; i < 5; i++) {
            longs.observeLong(i);
        }
        store.newDoubleObservation(BucketBounds.ofLongs()).observeDouble(0);

        assertThat(records()).isEqualTo(6);
        ShardStatistics statistics = store.statistics();
        assertThat(statistics.residentBytes()).isBetween(0L, statistics.reservedBytes());
    }

    @Test
    void shouldKeepASumOfLongsAtItsLargestValue() {
        ObservationCell cell = store.newLongObservation(BucketBounds.ofLongs(1, Long.MAX_VALUE - 1));

        for (long amount : new long[] {Long.MAX_VALUE, 1, Long.MAX_VALUE, Long.MAX_VALUE - 1, Long.MAX_VALUE, 0}) {
            cell.observeLong(amount);
        }

        Observations saturated = Observations.ofLongs(new long[] {2, 1, 3}, Long.MAX_VALUE);
        assertThat(cell.read()).isEqualTo(saturated);
        try (CellSnapshot snapshot = store.snapshot()) {
            assertThat(cell.read(snapshot)).isEqualTo(saturated);
        }
    }

    @Test
    void shouldRecordEqualObservationsAtOnce() {
        ObservationCell longs = store.newLongObservation(BucketBounds.ofLongs(10, 20));
        ObservationCell doubles = store.newDoubleObservation(BucketBounds.ofDoubles(0.5));

        longs.observeLong(10, 3);
        longs.observeLong(11, 1);
        longs.observeLong(0, 1L << 40);
        doubles.observeDouble(0.1, 3);
        doubles.observeDouble(0.75, 1_000_000);

        assertThat(longs.read()).isEqualTo(Observations.ofLongs(new long[] {3 + (1L << 40), 1, 0}, 41));
        assertThat(doubles.read()).isEqualTo(Observations.ofDoubles(new long[] {3, 1_000_000}, 0.1 * 3 + 750_000));
        assertThat(records()).isEqualTo(longs.read().count() + doubles.read().count());
    }

    /** Returns the number of observations in the statistics. */
    private long records() {
        ShardStatistics statistics = store.statistics();
        return statistics.sharedRecords()
                + statistics.shards().stream()
                        .mapToLong(ShardStatistics.PerShard::records)
                        .sum();
    }

    @Test
    void shouldRecordEqualObservationsLikeSingleOnes() {
        Random random = new Random(4);
        // So close to each other that there is a second index of the buckets.
        BucketBounds bounds =
                BucketBounds.ofLongs(LongStream.range(1 << 20, (1 << 20) + 200).toArray());
        BucketBounds doubleBounds = BucketBounds.ofDoubles(
                LongStream.range(1 << 20, (1 << 20) + 200).asDoubleStream().toArray());
        ObservationCell atOnce = store.newLongObservation(bounds);
        ObservationCell single = store.newLongObservation(bounds);
        ObservationCell doublesAtOnce = store.newDoubleObservation(doubleBounds);
        ObservationCell doublesSingle = store.newDoubleObservation(doubleBounds);
        for (int round = 0; round < 2_000; round++) {
            long amount = round % 10 == 0 ? random.nextInt(1 << 21) : (1 << 20) - 10 + random.nextInt(220);
            int count = 1 + random.nextInt(5);
            atOnce.observeLong(amount, count);
            doublesAtOnce.observeDouble(amount, count);
            for (int i = 0; i < count; i++) {
                single.observeLong(amount);
                doublesSingle.observeDouble(amount);
            }
        }
        assertThat(atOnce.read()).isEqualTo(single.read());
        assertThat(doublesAtOnce.read()).isEqualTo(doublesSingle.read());
    }

    @Test
    void shouldKeepASumOfEqualLongsAtItsLargestValue() {
        record Case(long amount, long count, long sum) {}
        for (Case it : new Case[] {
            new Case(0, Long.MAX_VALUE, 0),
            new Case(1, Long.MAX_VALUE, Long.MAX_VALUE),
            new Case(Long.MAX_VALUE, 1, Long.MAX_VALUE),
            new Case(Long.MAX_VALUE, 2, Long.MAX_VALUE),
            new Case(1L << 32, (1L << 31) - 1, Long.MAX_VALUE - (1L << 32) + 1),
            new Case(1L << 32, 1L << 31, Long.MAX_VALUE),
            new Case(1L << 32, 1L << 32, Long.MAX_VALUE),
            new Case(Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE),
        }) {
            ObservationCell cell = store.newLongObservation(BucketBounds.ofLongs());
            cell.observeLong(it.amount, it.count);
            assertThat(cell.read()).as("%s", it).isEqualTo(Observations.ofLongs(new long[] {it.count}, it.sum));
        }

        ObservationCell cell = store.newLongObservation(BucketBounds.ofLongs());
        for (int i = 0; i < 3; i++) {
            cell.observeLong(Long.MAX_VALUE / 4, 3);
        }
        assertThat(cell.read()).isEqualTo(Observations.ofLongs(new long[] {9}, Long.MAX_VALUE));
    }

    @Test
    void shouldRecordObservationsThatWereCountedElsewhere() {
        ObservationCell cell = store.newDoubleObservation(BucketBounds.ofDoubles(0.5, 2));
        cell.observeDouble(0.75);

        cell.observeBucket(0, 3, 0.5);
        cell.observeBucket(1, 1, 1.25);
        cell.observeBucket(2, 1_000_000, 3e9);
        cell.observeBucket(2, 1, 0);

        assertThat(cell.read()).isEqualTo(Observations.ofDoubles(new long[] {3, 2, 1_000_001}, 3e9 + 2.5));
        assertThat(records()).isEqualTo(1_000_006);
        for (int bucket : new int[] {-1, 3, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> cell.observeBucket(bucket, 1, 1)).isInstanceOf(IndexOutOfBoundsException.class);
        }
        ObservationCell longs = store.newLongObservation(BucketBounds.ofLongs(1));
        assertThatThrownBy(() -> longs.observeBucket(0, 1, 1)).isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> cell.observeBucket(0, 0, 0)).isInstanceOf(AssertionError.class);
    }

    @Test
    void shouldRecordEqualDoublesAtTheLimitsOfTheType() {
        for (double amount : DOUBLES) {
            for (long count : new long[] {1, 7, 1L << 53, Long.MAX_VALUE}) {
                ObservationCell cell = store.newDoubleObservation(BucketBounds.ofDoubles());
                cell.observeDouble(amount, count);
                assertThat(cell.read())
                        .as("%s times %s", count, amount)
                        .isEqualTo(Observations.ofDoubles(new long[] {count}, amount * count + 0.0));
            }
        }
    }

    @Test
    void shouldRecordInfinityInTheLastBucket() {
        ObservationCell cell = store.newDoubleObservation(BucketBounds.ofDoubles(Double.MAX_VALUE));

        cell.observeDouble(Double.POSITIVE_INFINITY);

        assertThat(cell.read()).isEqualTo(Observations.ofDoubles(new long[] {0, 1}, Double.POSITIVE_INFINITY));
    }

    @Test
    void shouldRecordLongsInTheFirstBucketWithALargerOrEqualBound() {
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
            ObservationCell cell = store.newLongObservation(BucketBounds.ofLongs(bounds));
            long[] expected = new long[bounds.length + 1];
            long sum = 0;
            for (long amount : amounts.filter(amount -> amount >= 0).toArray()) {
                int bucket = 0;
                while (bucket < bounds.length && amount > bounds[bucket]) {
                    bucket++;
                }
                expected[bucket]++;
                sum = amount > Long.MAX_VALUE - sum ? Long.MAX_VALUE : sum + amount;
                cell.observeLong(amount);
            }
            assertThat(cell.read()).isEqualTo(Observations.ofLongs(expected, sum));
        }
    }

    @Test
    void shouldRecordDoublesInTheFirstBucketWithALargerOrEqualBound() {
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
            ObservationCell cell = store.newDoubleObservation(BucketBounds.ofDoubles(bounds));
            long[] expected = new long[bounds.length + 1];
            for (double amount : amounts) {
                int bucket = 0;
                while (bucket < bounds.length && amount > bounds[bucket]) {
                    bucket++;
                }
                expected[bucket]++;
                cell.observeDouble(amount);
            }
            assertThat(cell.read().bucketCounts()).containsExactly(expected);
        }
    }
}
