package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CellReuseTest {
    private static final Duration QUARANTINE = Duration.ofMinutes(1);
    private static final BucketBounds BOUNDS = BucketBounds.ofLongs(10, 100);

    private final AtomicLong nanoTime = new AtomicLong();
    private final ShardedCellStore store = QuickStores.withQuarantine(QUARANTINE, nanoTime::get);

    private static long offset(LongObservationCell cell) {
        return ((ShardedLongObservationCell) cell).point().offset();
    }

    /** Records, retires and lets go. Returns where the cells are. */
    private long retireOne(BucketBounds bounds) {
        LongObservationCell cell = store.newLongObservation(bounds);
        cell.observe(50);
        cell.observe(500);
        long offset = offset(cell);
        store.retire(cell);
        return offset;
    }

    private void endQuarantine() {
        awaitCollection();
        awaitCollection(); // whatever the first has found is enqueued by now
        store.recycle();
        nanoTime.addAndGet(QUARANTINE.toNanos());
    }

    private static void awaitCollection() {
        ReferenceQueue<Object> queue = new ReferenceQueue<>();
        PhantomReference<Object> sentinel = new PhantomReference<>(new Object(), queue);
        System.gc();
        try {
            assertThat((Object) queue.remove(10_000)).isSameAs(sentinel);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void shouldHandClearedCellsToTheNextOfTheSameSize() {
        long offset = retireOne(BOUNDS);
        endQuarantine();

        assertThat(offset(store.newLongObservation(BucketBounds.ofLongs(1, 2, 3))))
                .isNotEqualTo(offset);
        LongObservationCell next = store.newLongObservation(BucketBounds.ofLongs(7, 8));
        assertThat(offset(next)).isEqualTo(offset);
        assertThat(next.read()).isEqualTo(LongObservations.none(3));
        assertThat(next.drainMax()).isZero();

        next.observe(8);
        assertThat(next.read()).isEqualTo(new LongObservations(new long[] {0, 1, 0}, 8));
    }

    @Test
    void shouldWaitForTheQuarantine() {
        long offset = retireOne(BOUNDS);
        store.recycle();

        assertThat(offset(store.newLongObservation(BOUNDS))).isNotEqualTo(offset);
        endQuarantine();
        assertThat(offset(store.newLongObservation(BOUNDS))).isEqualTo(offset);
    }

    @Test
    void shouldLeaveCellsAloneThatSomebodyHolds() {
        LongObservationCell held = store.newLongObservation(BOUNDS);
        store.retire(held);
        endQuarantine();
        endQuarantine();
        LongObservationCell other = store.newLongObservation(BOUNDS);
        held.observe(5);

        assertThat(offset(other)).isNotEqualTo(offset(held));
        assertThat(held.read().count()).isEqualTo(1);
        assertThat(other.read().count()).isZero();
        Reference.reachabilityFence(held);
    }

    @Test
    void shouldReadAsEmptyInASnapshotThatIsOlderThanTheClearing() {
        long offset = retireOne(BOUNDS);
        try (CellSnapshot before = store.totals()) {
            endQuarantine();
            LongObservationCell next = store.newLongObservation(BOUNDS);
            next.observe(1);
            assertThat(offset(next)).isEqualTo(offset);
            assertThat(next.read(before).count()).isZero();
            try (CellSnapshot after = store.totals()) {
                assertThat(next.read(after)).isEqualTo(new LongObservations(new long[] {1, 0, 0}, 1));
            }
        }
    }

    @Test
    void shouldForgetNoRecordOfAShardWhenItsCellsAreCleared() {
        retireOne(BOUNDS);
        assertThat(records()).isEqualTo(2);
        endQuarantine();
        store.newLongObservation(BOUNDS).observe(1);

        assertThat(records()).isEqualTo(3);
    }

    private long records() {
        ShardStatistics statistics = store.statistics();
        return statistics.sharedRecords()
                + statistics.shards().stream()
                        .mapToLong(ShardStatistics.PerShard::records)
                        .sum();
    }

    @Test
    void shouldTakeNoMoreMemoryForMetersThatComeAndGo() {
        long reserved = 0;
        long resident = 0;
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1_000; i++) {
                LongObservationCell cell = store.newLongObservation(BOUNDS);
                cell.observe(i);
                store.retire(cell);
            }
            endQuarantine();
            store.recycle();
            if (round == 0) {
                reserved = store.statistics().reservedBytes();
                resident = store.statistics().residentBytes();
            }
        }
        assertThat(store.statistics().reservedBytes()).isEqualTo(reserved);
        // one more block per shard at most: a thread may have moved to a CPU that had written none
        assertThat(store.statistics().residentBytes()).isBetween(resident, resident * 2);
        assertThat(records()).isEqualTo(3_000);
    }

    @Test
    void shouldHandOnCountersAndSummariesAsWell() {
        for (int i = 0; i < 50; i++) {
            CounterCell counter = store.newCounter();
            counter.add(3);
            counter.add(0.5);
            store.retire(counter);
            DoubleObservationCell summary = store.newDoubleObservation(BucketBounds.none());
            summary.observe(2.5);
            store.retire(summary);
        }
        endQuarantine();
        store.recycle();
        for (int i = 0; i < 100; i++) {
            assertThat(store.newCounter().sum()).isZero();
            DoubleObservationCell summary = store.newDoubleObservation(BucketBounds.none());
            assertThat(summary.read()).isEqualTo(DoubleObservations.none(1));
            assertThat(summary.drainMax()).isZero();
        }
    }

    @Test
    void shouldRefuseCellsOfAnotherStore() {
        ShardedCellStore other = QuickStores.withQuarantine(QUARANTINE, nanoTime::get);

        assertThatIllegalArgumentException().isThrownBy(() -> store.retire(other.newCounter()));
    }
}
