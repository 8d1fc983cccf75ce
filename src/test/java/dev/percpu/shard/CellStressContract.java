package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that no record is lost and no observation is torn while more threads record than there are CPUs, and another thread reads. The sums
 * must be exact. One subclass per implementation.
 *
 * <p>The system property {@code percpu.stress.records} sets the number of records per thread.
 */
abstract class CellStressContract {
    static final int WRITERS = 8;
    private static final int RECORDS = Integer.getInteger("test.stress.records", 200_000);
    private static final int ROUNDS = 2_000;
    private static final int OBSERVERS = 4;
    private static final int AMOUNTS_PER_ROUND = 500;
    private static final int LARGEST = 1_000_000;

    /** Number of the equal observations of one record. */
    private static final int EQUAL = 3;

    /** Bounds that give each of the amounts its own bucket. */
    private static final long[] BOUNDS = {1 << 4, 1 << 8, 1 << 12};

    /** Amounts that are exact doubles, as are their sums. */
    private static final long[] AMOUNTS = {11, 1 << 8, (1 << 8) + 1, (1 << 20) + 7};

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

    enum Threads {
        PLATFORM {
            @Override
            ThreadFactory factory() {
                return Thread.ofPlatform().daemon().factory();
            }
        },
        VIRTUAL {
            @Override
            ThreadFactory factory() {
                return Thread.ofVirtual().factory();
            }
        };

        abstract ThreadFactory factory();
    }

    /** Runs all writers and calls the reader in a loop, at least once after the last writer. An exception of either fails the test. */
    private static void whileReading(Threads threads, IntConsumer writer, Runnable reader) throws Exception {
        AtomicBoolean written = new AtomicBoolean();
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(threads.factory());
                ExecutorService readers = Executors.newSingleThreadExecutor()) {
            List<Future<?>> writers = new ArrayList<>();
            Future<?> reading = readers.submit(() -> {
                do {
                    reader.run();
                } while (!written.get());
            });
            for (int i = 0; i < WRITERS; i++) {
                int number = i;
                writers.add(executor.submit(() -> writer.accept(number)));
            }
            for (Future<?> future : writers) {
                future.get();
            }
            written.set(true);
            reading.get();
        }
        reader.run();
    }

    @ParameterizedTest
    @EnumSource
    void shouldSumEveryIncrement(Threads threads) throws Exception {
        CounterCell integers = store.newCounter();
        CounterCell mixed = store.newCounter();
        double[] before = new double[2];
        whileReading(
                threads,
                writer -> {
                    for (int i = 0; i < RECORDS; i++) {
                        integers.add(3L);
                        mixed.add(i % 2 == 0 ? 0.25 : 0.5);
                        mixed.add(1L);
                    }
                },
                () -> {
                    try (CellSnapshot snapshot = store.snapshot()) {
                        assertThat(integers.sum(snapshot)).isGreaterThanOrEqualTo(before[0]);
                        assertThat(mixed.sum(snapshot)).isGreaterThanOrEqualTo(before[1]);
                        before[0] = integers.sum(snapshot);
                        before[1] = mixed.sum(snapshot);
                        assertThat(before[0] % 3).isZero();
                    }
                });
        assertThat(integers.sum()).isEqualTo(3.0 * WRITERS * RECORDS);
        assertThat(mixed.sum()).isEqualTo(1.375 * WRITERS * RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadNoTornObservationOfLongs(Threads threads) throws Exception {
        ObservationCell one = store.newLongObservation(BucketBounds.ofLongs());
        ObservationCell several = store.newLongObservation(BucketBounds.ofLongs(BOUNDS));
        long[] before = new long[AMOUNTS.length];
        whileReading(
                threads,
                writer -> {
                    for (int i = 0; i < RECORDS; i++) {
                        one.observeLong(AMOUNTS[0]);
                        several.observeLong(AMOUNTS[(writer + i) % AMOUNTS.length]);
                    }
                },
                () -> {
                    try (CellSnapshot snapshot = store.snapshot()) {
                        Observations single = one.read(snapshot);
                        assertThat(single.sum()).isEqualTo(single.count() * AMOUNTS[0]);
                        assertConsistent(several.read(snapshot), before);
                        assertConsistent(several.read(), new long[AMOUNTS.length]);
                    }
                });
        assertThat(one.read()).isEqualTo(Observations.ofLongs(new long[] {records()}, AMOUNTS[0] * records()));
        assertThat(several.read().count()).isEqualTo(records());
        assertThat(several.read().bucketCounts()).containsOnly(records() / AMOUNTS.length);
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadNoTornEqualObservations(Threads threads) throws Exception {
        ObservationCell longs = store.newLongObservation(BucketBounds.ofLongs(BOUNDS));
        ObservationCell doubles = store.newDoubleObservation(BucketBounds.ofDoubles());
        ObservationCell counted = store.newDoubleObservation(BucketBounds.ofDoubles(1));
        long[] before = new long[AMOUNTS.length];
        whileReading(
                threads,
                writer -> {
                    for (int i = 0; i < RECORDS; i++) {
                        longs.observeLong(AMOUNTS[(writer + i) % AMOUNTS.length], EQUAL);
                        doubles.observeDouble(0.375, EQUAL);
                        counted.observeBucket(i % 2, EQUAL, EQUAL * 0.375);
                    }
                },
                () -> {
                    try (CellSnapshot snapshot = store.snapshot()) {
                        assertConsistent(longs.read(snapshot), before);
                        assertThat(Arrays.stream(before)).allMatch(count -> count % EQUAL == 0);
                        Observations single = doubles.read(snapshot);
                        assertThat(single.count() % EQUAL).isZero();
                        assertThat(single.sum()).isEqualTo(single.count() * 0.375);
                        Observations elsewhere = counted.read(snapshot);
                        assertThat(elsewhere.count() % EQUAL).isZero();
                        assertThat(elsewhere.sum()).isEqualTo(elsewhere.count() * 0.375);
                    }
                });
        assertThat(longs.read().bucketCounts()).containsOnly(EQUAL * records() / AMOUNTS.length);
        assertThat(doubles.read().count()).isEqualTo(EQUAL * records());
        assertThat(counted.read().count()).isEqualTo(EQUAL * records());
    }

    private static void assertConsistent(Observations observed, long[] before) {
        long[] counts = observed.bucketCounts();
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i] * AMOUNTS[i];
            assertThat(counts[i]).isGreaterThanOrEqualTo(before[i]);
            before[i] = counts[i];
        }
        assertThat(observed.sum()).isEqualTo(sum);
    }

    @ParameterizedTest
    @EnumSource
    void shouldReadNoTornObservationOfDoubles(Threads threads) throws Exception {
        ObservationCell cell = store.newDoubleObservation(BucketBounds.ofDoubles(0.5, 1));
        double[] amounts = {0.375, 0.75, 1024.125};
        whileReading(
                threads,
                writer -> {
                    for (int i = 0; i < RECORDS; i++) {
                        cell.observeDouble(amounts[i % amounts.length]);
                    }
                },
                () -> {
                    try (CellSnapshot snapshot = store.snapshot()) {
                        Observations observed = cell.read(snapshot);
                        double sum = 0;
                        for (int i = 0; i < amounts.length; i++) {
                            sum += observed.bucketCounts()[i] * amounts[i];
                        }
                        assertThat(observed.sum()).isEqualTo(sum);
                    }
                });
        assertThat(cell.read().count()).isEqualTo(records());
    }

    /** In every round, one of several threads observes the largest amount among smaller ones, while this thread drains. */
    @ParameterizedTest
    @EnumSource
    void shouldLoseNoMaximum(Threads threads) throws Exception {
        ObservationCell longs = store.newLongObservation(BucketBounds.ofLongs());
        ObservationCell doubles = store.newDoubleObservation(BucketBounds.ofLongs());
        Phaser phaser = new Phaser(OBSERVERS + 1);
        List<Future<?>> observers = new ArrayList<>();
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(threads.factory())) {
            for (int i = 0; i < OBSERVERS; i++) {
                int number = i;
                observers.add(executor.submit(() -> observeRounds(phaser, number, longs, doubles)));
            }
            try {
                for (int round = 1; round <= ROUNDS; round++) {
                    phaser.arriveAndAwaitAdvance();
                    int phase = phaser.arrive();
                    long largestLong = 0;
                    double largestDouble = 0;
                    do {
                        largestLong = Math.max(largestLong, longs.drainMaxWord());
                        largestDouble = Math.max(largestDouble, doubles.drainMax());
                    } while (phaser.getPhase() == phase);
                    // The next round starts after this thread has arrived again.
                    largestLong = Math.max(largestLong, longs.drainMaxWord());
                    largestDouble = Math.max(largestDouble, doubles.drainMax());
                    assertThat(largestLong).isEqualTo(LARGEST + round);
                    assertThat(largestDouble).isEqualTo(LARGEST + round);
                }
                for (Future<?> observer : observers) {
                    observer.get();
                }
            } finally {
                phaser.forceTermination(); // after a failure, the observers would wait without end
            }
        }
    }

    private static void observeRounds(Phaser phaser, int number, ObservationCell longs, ObservationCell doubles) {
        Random random = new Random(number);
        for (int round = 1; round <= ROUNDS; round++) {
            phaser.arriveAndAwaitAdvance();
            int indexOfLargest = round % OBSERVERS == number ? random.nextInt(AMOUNTS_PER_ROUND) : -1;
            for (int i = 0; i < AMOUNTS_PER_ROUND; i++) {
                // Ascending, so that most amounts are a new maximum and the threads contend.
                long amount = i == indexOfLargest ? LARGEST + round : 1_000L * i + random.nextInt(1_000);
                if (i % 2 == 0) {
                    longs.observeLong(amount);
                    doubles.observeDouble(amount);
                } else {
                    longs.observeLong(amount, EQUAL);
                    doubles.observeDouble(amount, EQUAL);
                }
            }
            phaser.arriveAndAwaitAdvance();
        }
    }

    /** The amounts of the only writer ascend, so each drained maximum must be larger than the one before. */
    @ParameterizedTest
    @EnumSource
    void shouldDrainEachMaximumOnce(Threads threads) throws Exception {
        ObservationCell cell = store.newLongObservation(BucketBounds.ofLongs());
        long[] last = new long[1];
        AtomicBoolean once = new AtomicBoolean();
        whileReading(
                threads,
                writer -> {
                    if (once.compareAndSet(false, true)) {
                        for (int i = 1; i <= RECORDS; i++) {
                            cell.observeLong(i);
                        }
                    }
                },
                () -> {
                    long drained = cell.drainMaxWord();
                    if (drained != 0) {
                        assertThat(drained).isGreaterThan(last[0]);
                        last[0] = drained;
                    }
                });
        assertThat(last[0]).isEqualTo(RECORDS);
    }

    private static long records() {
        return (long) WRITERS * RECORDS;
    }
}
