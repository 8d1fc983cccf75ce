package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Writers that are sent from CPU to CPU all the time, in the middle of whatever they do, lose nothing and show whole observations only.
 * Of virtual threads the carriers are moved. {@code -Dpercpu.stress.moves} sets how often.
 */
class ShardedCellMigrationTest {
    private static final int WRITERS = 8;
    private static final int MOVES = Integer.getInteger("percpu.stress.moves", 4_000);
    private static final int BATCH = 1_000;
    private static final long[] AMOUNTS = {11, 1 << 8, (1 << 8) + 1, (1 << 20) + 7};

    private final BitSet allowed = CpuAffinity.of(0);
    private final Map<Integer, BitSet> before = new ConcurrentHashMap<>();
    private final AtomicBoolean moved = new AtomicBoolean();
    private final CountDownLatch running = new CountDownLatch(1);

    private CellStore store;
    private CounterCell whole;
    private CounterCell fractions;
    private LongObservationCell longs;
    private DoubleObservationCell doubles;

    @BeforeEach
    void openStore() {
        assumeTrue(
                allowed.cardinality() > 1, "this process may use one CPU only: there is nowhere to send a thread to");
        store = NativeStores.open();
        whole = store.newCounter();
        fractions = store.newCounter();
        longs = store.newLongObservation(BucketBounds.ofLongs(1 << 4, 1 << 8, 1 << 12));
        doubles = store.newDoubleObservation(BucketBounds.ofDoubles(0.5, 1));
    }

    @AfterEach
    void closeStore() {
        before.forEach(CpuAffinity::set); // carriers live on
        if (store != null) {
            store.close();
        }
    }

    @ParameterizedTest
    @EnumSource
    void shouldBeExactWhileThreadsAreMoved(CellStressContract.Threads threads) throws Exception {
        long batches = 0;
        try (ExecutorService executor = Executors.newThreadPerTaskExecutor(threads.factory());
                ExecutorService others = Executors.newFixedThreadPool(2)) {
            List<Future<Long>> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                writers.add(executor.submit(this::recordUntilMoved));
            }
            Future<?> reading = others.submit(this::readUntilMoved);
            Future<?> moving = others.submit(() -> {
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
        assertThat(whole.sum()).isEqualTo(3.0 * records);
        assertThat(fractions.sum()).isEqualTo(0.375 * records);
        LongObservations seen = longs.read();
        assertThat(seen.bucketCounts()).hasSize(AMOUNTS.length).containsOnly(records / AMOUNTS.length);
        assertThat(doubles.read().bucketCounts()).containsExactly(records / 2, 0, records / 2);
        assertThat(whole(seen)).isTrue();
        assertThat(whole(doubles.read())).isTrue();
        if (RseqProbe.status().active()) {
            assertThat(store.statistics().shards())
                    .as("records of each CPU's shard")
                    .filteredOn(it -> it.records() > 0)
                    .hasSizeGreaterThan(1);
        }
    }

    private long recordUntilMoved() {
        long batches = 0;
        do {
            int thread = CpuAffinity.currentThread();
            before.computeIfAbsent(thread, CpuAffinity::of);
            for (int i = 0; i < BATCH; i++) {
                whole.add(3L);
                fractions.add(0.375);
                longs.observe(AMOUNTS[i % AMOUNTS.length]);
                doubles.observe(i % 2 == 0 ? 0.25 : 1024.125);
            }
            batches++;
            running.countDown();
            Thread.yield(); // a virtual thread may go on with another carrier
        } while (!moved.get());
        return batches;
    }

    private void readUntilMoved() {
        double last = 0;
        do {
            try (CellSnapshot totals = store.totals()) {
                assertThat(whole.sum(totals)).isGreaterThanOrEqualTo(last);
                last = whole.sum(totals);
                assertThat(last % 3).isZero();
                assertThat(fractions.sum(totals) % 0.375).isZero();
                assertThat(whole(longs.read(totals))).isTrue();
                assertThat(whole(doubles.read(totals))).isTrue();
            }
        } while (!moved.get());
    }

    /** Count and sum of every bucket belong together. */
    private static boolean whole(LongObservations seen) {
        long sum = 0;
        for (int i = 0; i < AMOUNTS.length; i++) {
            sum += seen.bucketCounts()[i] * AMOUNTS[i];
        }
        return seen.sum() == sum;
    }

    private static boolean whole(DoubleObservations seen) {
        long[] counts = seen.bucketCounts();
        return seen.sum() == counts[0] * 0.25 + counts[2] * 1024.125;
    }

    /** Binds the threads that record to one CPU after the other, to all, and back. */
    private void moveAll() throws InterruptedException {
        try {
            assertThat(running.await(1, TimeUnit.MINUTES))
                    .as("a writer records")
                    .isTrue();
            Random random = new Random(1);
            int[] cpus = allowed.stream().toArray();
            for (int moves = 0; moves < MOVES; ) {
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
