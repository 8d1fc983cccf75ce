package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
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
 * Nothing is lost and nothing is torn while more threads record than there are CPUs and others read: sums are checked to the last
 * observation. One subclass per way of recording. {@code -Dpercpu.stress.records} sets the records per thread.
 */
abstract class CellStressContract {
    static final int WRITERS = 8;
    private static final int RECORDS = Integer.getInteger("percpu.stress.records", 200_000);
    private static final int ROUNDS = 2_000;
    private static final int OBSERVERS = 4;
    private static final int AMOUNTS_PER_ROUND = 500;
    private static final int LARGEST = 1_000_000;

    /** Amounts of which each has a bucket of its own; exact in a double, and their sums as well. */
    private static final long[] BOUNDS = {1 << 4, 1 << 8, 1 << 12};

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

    /** Runs all writers to their end while the reader is called again and again; what either throws fails the test. */
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
    void shouldAddUpToTheLastIncrement(Threads threads) throws Exception {
        CounterCell whole = store.newCounter();
        CounterCell mixed = store.newCounter();
        double[] before = new double[2];
        whileReading(
                threads,
                writer -> {
                    for (int i = 0; i < RECORDS; i++) {
                        whole.add(3L);
                        mixed.add(i % 2 == 0 ? 0.25 : 0.5);
                        mixed.add(1L);
                    }
                },
                () -> {
                    try (CellSnapshot totals = store.totals()) {
                        assertThat(whole.sum(totals)).isGreaterThanOrEqualTo(before[0]);
                        assertThat(mixed.sum(totals)).isGreaterThanOrEqualTo(before[1]);
                        before[0] = whole.sum(totals);
                        before[1] = mixed.sum(totals);
                        assertThat(before[0] % 3).isZero();
                    }
                });
        assertThat(whole.sum()).isEqualTo(3.0 * WRITERS * RECORDS);
        assertThat(mixed.sum()).isEqualTo(1.375 * WRITERS * RECORDS);
    }

    @ParameterizedTest
    @EnumSource
    void shouldShowWholeLongObservationsOnly(Threads threads) throws Exception {
        LongObservationCell one = store.newLongObservation(BucketBounds.none());
        LongObservationCell several = store.newLongObservation(BucketBounds.ofLongs(BOUNDS));
        long[] before = new long[AMOUNTS.length];
        whileReading(
                threads,
                writer -> {
                    for (int i = 0; i < RECORDS; i++) {
                        one.observe(AMOUNTS[0]);
                        several.observe(AMOUNTS[(writer + i) % AMOUNTS.length]);
                    }
                },
                () -> {
                    try (CellSnapshot totals = store.totals()) {
                        LongObservations fixed = one.read(totals);
                        assertThat(fixed.sum()).isEqualTo(fixed.count() * AMOUNTS[0]);
                        shouldAgree(several.read(totals), before);
                        shouldAgree(several.read(), new long[AMOUNTS.length]);
                    }
                });
        assertThat(one.read()).isEqualTo(new LongObservations(new long[] {records()}, AMOUNTS[0] * records()));
        assertThat(several.read().count()).isEqualTo(records());
        assertThat(several.read().bucketCounts()).containsOnly(records() / AMOUNTS.length);
    }

    private static void shouldAgree(LongObservations seen, long[] before) {
        long[] counts = seen.bucketCounts();
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i] * AMOUNTS[i];
            assertThat(counts[i]).isGreaterThanOrEqualTo(before[i]);
            before[i] = counts[i];
        }
        assertThat(seen.sum()).isEqualTo(sum);
    }

    @ParameterizedTest
    @EnumSource
    void shouldShowWholeDoubleObservationsOnly(Threads threads) throws Exception {
        DoubleObservationCell cell = store.newDoubleObservation(BucketBounds.ofDoubles(0.5, 1));
        double[] amounts = {0.375, 0.75, 1024.125};
        whileReading(
                threads,
                writer -> {
                    for (int i = 0; i < RECORDS; i++) {
                        cell.observe(amounts[i % amounts.length]);
                    }
                },
                () -> {
                    try (CellSnapshot totals = store.totals()) {
                        DoubleObservations seen = cell.read(totals);
                        double sum = 0;
                        for (int i = 0; i < amounts.length; i++) {
                            sum += seen.bucketCounts()[i] * amounts[i];
                        }
                        assertThat(seen.sum()).isEqualTo(sum);
                    }
                });
        assertThat(cell.read().count()).isEqualTo(records());
    }

    /** In every round one of several threads observes the largest amount, somewhere among smaller ones, while all is drained. */
    @ParameterizedTest
    @EnumSource
    void shouldLoseNoMaximum(Threads threads) throws Exception {
        LongObservationCell longs = store.newLongObservation(BucketBounds.none());
        DoubleObservationCell doubles = store.newDoubleObservation(BucketBounds.none());
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
                        largestLong = Math.max(largestLong, longs.drainMax());
                        largestDouble = Math.max(largestDouble, doubles.drainMax());
                    } while (phaser.getPhase() == phase);
                    // The next round cannot start before this thread arrives again.
                    largestLong = Math.max(largestLong, longs.drainMax());
                    largestDouble = Math.max(largestDouble, doubles.drainMax());
                    assertThat(largestLong).isEqualTo(LARGEST + round);
                    assertThat(largestDouble).isEqualTo(LARGEST + round);
                }
                for (Future<?> observer : observers) {
                    observer.get();
                }
            } finally {
                phaser.forceTermination(); // or a failure would leave the observers waiting
            }
        }
    }

    private static void observeRounds(
            Phaser phaser, int number, LongObservationCell longs, DoubleObservationCell doubles) {
        Random random = new Random(number);
        for (int round = 1; round <= ROUNDS; round++) {
            phaser.arriveAndAwaitAdvance();
            int place = round % OBSERVERS == number ? random.nextInt(AMOUNTS_PER_ROUND) : -1;
            for (int i = 0; i < AMOUNTS_PER_ROUND; i++) {
                // Growing, so that most are a new maximum and the threads keep getting in each other's way.
                long amount = i == place ? LARGEST + round : 1_000L * i + random.nextInt(1_000);
                longs.observe(amount);
                doubles.observe(amount);
            }
            phaser.arriveAndAwaitAdvance();
        }
    }

    /** A max that hides a later one: each thread's own amounts only grow, so what one drain tells is never less than what was there. */
    @ParameterizedTest
    @EnumSource
    void shouldNeverTellAMaximumTwice(Threads threads) throws Exception {
        LongObservationCell cell = store.newLongObservation(BucketBounds.none());
        long[] last = new long[1];
        AtomicBoolean once = new AtomicBoolean();
        whileReading(
                threads,
                writer -> {
                    if (once.compareAndSet(false, true)) {
                        for (int i = 1; i <= RECORDS; i++) {
                            cell.observe(i);
                        }
                    }
                },
                () -> {
                    long drained = cell.drainMax();
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
