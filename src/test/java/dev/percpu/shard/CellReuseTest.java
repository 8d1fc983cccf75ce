package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.percpu.binding.SumKind;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CellReuseTest {
    private static final Duration QUARANTINE = Duration.ofMinutes(1);
    private static final BucketBounds BOUNDS = BucketBounds.ofLongs(10, 100);

    private final AtomicLong nanoTime = new AtomicLong();
    private final ShardedCellStore store = QuickStores.withQuarantine(QUARANTINE, nanoTime::get);

    private static long offset(ObservationCell cell) {
        return Objects.requireNonNull(cell.handle()).offset();
    }

    /** Records into a new cell, retires it and drops the reference. Returns the offset of the cell. */
    private long retireOne(BucketBounds bounds) {
        ObservationCell cell = store.newLongObservation(bounds);
        cell.observeLong(50);
        cell.observeLong(500);
        long offset = offset(cell);
        store.retire(cell);
        return offset;
    }

    private void endQuarantine() {
        awaitCollection();
        awaitCollection(); // the references that the first collection found are now in their queue
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
    void shouldReuseClearedCellsForAGroupOfTheSameSize() {
        long offset = retireOne(BOUNDS);
        endQuarantine();

        assertThat(offset(store.newLongObservation(BucketBounds.ofLongs(1, 2, 3))))
                .isNotEqualTo(offset);
        ObservationCell next = store.newLongObservation(BucketBounds.ofLongs(7, 8));
        assertThat(offset(next)).isEqualTo(offset);
        assertThat(next.read()).isEqualTo(Observations.none(SumKind.LONG, 3));

        next.observeLong(8);
        assertThat(next.read()).isEqualTo(Observations.ofLongs(new long[] {0, 1, 0}, 8));
    }

    @Test
    void shouldFreeTheTargetsOfRetiredGroups() {
        for (int i = 0; i < 500; i++) {
            retireOne(BucketBounds.ofLongs(i + 1, 1_000 + i));
        }
        ObservationCell kept = store.newLongObservation(BOUNDS);
        endQuarantine();

        assertThat(store.targets()).isEqualTo(1);
        kept.observeLong(50);
        assertThat(kept.read()).isEqualTo(Observations.ofLongs(new long[] {0, 1, 0}, 50));
    }

    @Test
    void shouldNotReuseCellsBeforeTheEndOfTheQuarantine() {
        long offset = retireOne(BOUNDS);
        store.recycle();

        assertThat(offset(store.newLongObservation(BOUNDS))).isNotEqualTo(offset);
        endQuarantine();
        assertThat(offset(store.newLongObservation(BOUNDS))).isEqualTo(offset);
    }

    @Test
    void shouldNotReuseReachableCells() {
        ObservationCell held = store.newLongObservation(BOUNDS);
        store.retire(held);
        endQuarantine();
        endQuarantine();
        ObservationCell other = store.newLongObservation(BOUNDS);
        held.observeLong(5);

        assertThat(offset(other)).isNotEqualTo(offset(held));
        assertThat(held.read().count()).isEqualTo(1);
        assertThat(other.read().count()).isZero();
        Reference.reachabilityFence(held);
    }

    @Test
    void shouldReadAsEmptyInASnapshotThatIsOlderThanTheClear() {
        long offset = retireOne(BOUNDS);
        try (CellSnapshot before = store.snapshot()) {
            endQuarantine();
            ObservationCell next = store.newLongObservation(BOUNDS);
            next.observeLong(1);
            assertThat(offset(next)).isEqualTo(offset);
            assertThat(next.read(before).count()).isZero();
            try (CellSnapshot after = store.snapshot()) {
                assertThat(next.read(after)).isEqualTo(Observations.ofLongs(new long[] {1, 0, 0}, 1));
            }
        }
    }

    @Test
    void shouldKeepTheRecordCountOfClearedCells() {
        retireOne(BOUNDS);
        assertThat(records()).isEqualTo(2);
        endQuarantine();
        store.newLongObservation(BOUNDS).observeLong(1);

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
    void shouldReuseTheMemoryOfRemovedMeters() {
        long reserved = 0;
        long resident = 0;
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 1_000; i++) {
                ObservationCell cell = store.newLongObservation(BOUNDS);
                cell.observeLong(i);
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
        // A thread may have moved to a CPU without records: then one more block per shard is resident.
        assertThat(store.statistics().residentBytes()).isBetween(resident, resident * 2);
        assertThat(records()).isEqualTo(3_000);
    }

    @Test
    void shouldReuseCountersAndSummaries() {
        for (int i = 0; i < 50; i++) {
            CounterCell counter = store.newCounter();
            counter.add(3);
            counter.add(0.5);
            store.retire(counter);
            ObservationCell summary = store.newDoubleObservation(BucketBounds.ofLongs());
            summary.observeDouble(2.5);
            store.retire(summary);
        }
        endQuarantine();
        store.recycle();
        for (int i = 0; i < 100; i++) {
            assertThat(store.newCounter().sum()).isZero();
            ObservationCell summary = store.newDoubleObservation(BucketBounds.ofLongs());
            assertThat(summary.read()).isEqualTo(Observations.none(SumKind.DOUBLE, 1));
        }
    }

    @Test
    void shouldRejectCellsOfAnotherStore() {
        ShardedCellStore other = QuickStores.withQuarantine(QUARANTINE, nanoTime::get);

        assertThatIllegalArgumentException().isThrownBy(() -> store.retire(other.newCounter()));
    }
}
