package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class SimulatedHostTest {

    @Test
    void shouldAddUpManyBusyCpus() throws InterruptedException {
        try (CellStore store = SimulatedHost.of(256)) {
            CounterCell counter = store.newCounter();
            LongObservationCell timer = store.newLongObservation(BucketBounds.ofLongs(10, 20));
            onOneCpu(() -> {
                counter.add(3);
                timer.observe(15);
                timer.observe(25);
            });
            assertThat(store.recordedShards().cardinality()).isOne();

            SimulatedHost.spread(store, 64);

            assertThat(store.recordedShards()).isEqualTo(firstShards(64));
            assertThat(counter.sum()).isEqualTo(3.0 * 64);
            assertThat(counter.sumOf(63)).isEqualTo(3);
            assertThat(counter.sumOf(64)).isZero();
            assertThat(timer.readOf(5)).isEqualTo(new LongObservations(new long[] {0, 1, 1}, 40));
            try (CellSnapshot totals = store.totals()) {
                assertThat(counter.sum(totals)).isEqualTo(3.0 * 64);
                assertThat(timer.read(totals)).isEqualTo(new LongObservations(new long[] {0, 64, 64}, 40 * 64));
            }
        }
    }

    private static BitSet firstShards(int count) {
        BitSet shards = new BitSet();
        shards.set(0, count);
        return shards;
    }

    private static void onOneCpu(Runnable records) throws InterruptedException {
        Thread pinned = Thread.ofPlatform().start(() -> {
            int thread = CpuAffinity.currentThread();
            BitSet one = new BitSet();
            one.set(CpuAffinity.of(thread).nextSetBit(0));
            assertThat(CpuAffinity.set(thread, one)).isTrue();
            records.run();
        });
        pinned.join();
    }
}
