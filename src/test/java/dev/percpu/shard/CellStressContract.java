package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.percpu.Threads;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
 * <p>The system property {@code test.stress.records} sets the number of records per thread.
 */
abstract class CellStressContract {
    static final int WRITERS = 8;
    private static final int RECORDS = Integer.getInteger("test.stress.records", 200_000);

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

    private static long records() {
        return (long) WRITERS * RECORDS;
    }
}
