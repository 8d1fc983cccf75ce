package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.percpu.Threads;
import dev.percpu.rseq.RseqProbe;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Tests that no record is lost and no observation is torn while the recording threads are moved from CPU to CPU. For virtual threads, the
 * carriers are moved.
 *
 * <p>The system property {@code test.stress.moves} sets the number of moves.
 */
class ShardedCellMigrationTest {
    private static final int WRITERS = 8;
    private static final int MOVES = Integer.getInteger("test.stress.moves", 4_000);
    private static final int BATCH = 1_000;
    private static final long[] AMOUNTS = {11, 1 << 8, (1 << 8) + 1, (1 << 20) + 7};

    private final BitSet allowed = CpuAffinity.of(0);
    private final Map<Integer, BitSet> before = new ConcurrentHashMap<>();
    private final AtomicBoolean moved = new AtomicBoolean();
    private final CountDownLatch running = new CountDownLatch(1);

    private CellStore store;
    private CounterCell integers;
    private CounterCell fractions;
    private ObservationCell longs;
    private ObservationCell doubles;
    private ObservationCell equalLongs;
    private ObservationCell equalDoubles;

    @BeforeEach
    void openStore() {
        assumeTrue(allowed.cardinality() > 1, "this process may use one CPU only: threads cannot be moved");
        store = NativeStores.open();
        integers = store.newCounter();
        fractions = store.newCounter();
        longs = store.newLongObservation(BucketBounds.ofLongs(1 << 4, 1 << 8, 1 << 12));
        doubles = store.newDoubleObservation(BucketBounds.ofDoubles(0.5, 1));
        equalLongs = store.newLongObservation(BucketBounds.ofLongs(1 << 4, 1 << 8, 1 << 12));
        equalDoubles = store.newDoubleObservation(BucketBounds.ofDoubles(0.5, 1));
    }

    @AfterEach
    void closeStore() {
        before.forEach(CpuAffinity::set); // later tests use the same carriers
        if (store != null) {
            store.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeExactWhileThreadsAreMoved(Threads threads) throws Exception {
        long batches = 0;
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(threads.factory());
                ExecutorService helpers = Executors.newFixedThreadPool(2)) {
            List<Future<Long>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(executor.submit(this::recordUntilMoved));
            }
            Future<?> reading = helpers.submit(this::readUntilMoved);
            Future<?> moving = helpers.submit(() -> {
                moveAll();
                return null;
            });
            moving.get();
            for (Future<Long> writer : writers) {
                batches += writer.get();
            }
            reading.get();
        }
        long records = batches * BATCH;
        assertThat(integers.sum()).isEqualTo(3.0 * records);
        assertThat(fractions.sum()).isEqualTo(0.375 * records);
        Observations observed = longs.read();
        assertThat(observed.bucketCounts()).hasSize(AMOUNTS.length).containsOnly(records / AMOUNTS.length);
        assertThat(doubles.read().bucketCounts()).containsExactly(records / 2, 0, records / 2);
        assertThat(isConsistent(observed)).isTrue();
        assertThat(isConsistentDoubles(doubles.read())).isTrue();
        assertThat(equalLongs.read().bucketCounts()).hasSize(AMOUNTS.length).containsOnly(3 * records / AMOUNTS.length);
        assertThat(equalDoubles.read().bucketCounts()).containsExactly(3 * records / 2, 0, 3 * records / 2);
        assertThat(isConsistent(equalLongs.read())).isTrue();
        assertThat(isConsistentDoubles(equalDoubles.read())).isTrue();
        if (RseqProbe.status().active()) {
            List<ShardStatistics.PerShard> shards = store.statistics().shards();
            assertThat(haveSeveralRecords(shards))
                    .as("more than one of these shards has records: %s", shards)
                    .isTrue();
        }
    }

    /** Returns whether two CPUs have recorded. Without rseq, a shard may have the records of several CPUs. */
    private boolean isSpread() {
        return !RseqProbe.status().active()
                || haveSeveralRecords(store.statistics().shards());
    }

    private static boolean haveSeveralRecords(List<ShardStatistics.PerShard> shards) {
        return shards.stream().filter(it -> it.records() > 0).count() > 1;
    }

    @Test
    void shouldKeepASumOverShardsAtItsLargestValue() {
        int thread = CpuAffinity.currentThread();
        before.put(thread, allowed);
        long[] counts = {0, 0, 0, allowed.cardinality()};

        allowed.stream().forEach(cpu -> {
            BitSet one = new BitSet();
            one.set(cpu);
            assertThat(CpuAffinity.set(thread, one)).isTrue();
            longs.observeLong(Long.MAX_VALUE / 2 + 1);
        });

        assertThat(longs.read()).isEqualTo(Observations.ofLongs(counts, Long.MAX_VALUE));
    }

    private long recordUntilMoved() {
        long batches = 0;
        do {
            int thread = CpuAffinity.currentThread();
            before.computeIfAbsent(thread, CpuAffinity::of);
            for (int i = 0; i < BATCH; i++) {
                integers.add(3L);
                fractions.add(0.375);
                longs.observeLong(AMOUNTS[i % AMOUNTS.length]);
                doubles.observeDouble(i % 2 == 0 ? 0.25 : 1024.125);
                equalLongs.observeLong(AMOUNTS[i % AMOUNTS.length], 3);
                equalDoubles.observeDouble(i % 2 == 0 ? 0.25 : 1024.125, 3);
            }
            batches++;
            running.countDown();
            Thread.yield(); // a virtual thread may get another carrier
        } while (!moved.get());
        return batches;
    }

    private void readUntilMoved() {
        double last = 0;
        do {
            try (CellSnapshot snapshot = store.snapshot()) {
                assertThat(integers.sum(snapshot)).isGreaterThanOrEqualTo(last);
                last = integers.sum(snapshot);
                assertThat(last % 3).isZero();
                assertThat(fractions.sum(snapshot) % 0.375).isZero();
                assertThat(isConsistent(longs.read(snapshot))).isTrue();
                assertThat(isConsistentDoubles(doubles.read(snapshot))).isTrue();
                assertThat(isConsistent(equalLongs.read(snapshot))).isTrue();
                assertThat(isConsistentDoubles(equalDoubles.read(snapshot))).isTrue();
            }
        } while (!moved.get());
    }

    /** Returns whether the sum is that of the counted amounts. */
    private static boolean isConsistent(Observations observed) {
        long[] counts = observed.bucketCounts();
        long sum = 0;
        for (int i = 0; i < AMOUNTS.length; i++) {
            sum += counts[i] * AMOUNTS[i];
        }
        return observed.sumWord() == sum;
    }

    private static boolean isConsistentDoubles(Observations observed) {
        long[] counts = observed.bucketCounts();
        return observed.sum() == counts[0] * 0.25 + counts[2] * 1024.125;
    }

    /**
     * Moves the recording threads to random CPUs, and sometimes allows them all CPUs. On a busy machine, it continues until a moved thread has
     * recorded on its new CPU.
     */
    private void moveAll() throws InterruptedException {
        try {
            assertThat(running.await(1, TimeUnit.MINUTES))
                    .as("a writer records")
                    .isTrue();
            Random random = new Random(1);
            int[] cpus = allowed.stream().toArray();
            long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
            int moves = 0;
            while (moves < MOVES || (!isSpread() && System.nanoTime() < deadline)) {
                for (int thread : before.keySet()) {
                    BitSet to = new BitSet();
                    to.set(cpus[random.nextInt(cpus.length)]);
                    if (CpuAffinity.set(thread, random.nextInt(4) == 0 ? allowed : to)) {
                        moves++;
                    }
                }
            }
        } finally {
            moved.set(true);
        }
    }
}
