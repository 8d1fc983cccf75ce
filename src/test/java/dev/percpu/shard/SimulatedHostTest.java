package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import org.junit.jupiter.api.Test;

class SimulatedHostTest {

    @Test
    void shouldSumTheShardsOfManyCpus() throws InterruptedException {
        try (CellStore store = SimulatedHost.of(256)) {
            CounterCell counter = store.newCounter();
            ObservationCell timer = store.newLongObservation(BucketBounds.ofLongs(10, 20));
            onOneCpu(() -> {
                counter.add(3);
                timer.observeLong(15);
                timer.observeLong(25);
            });
            assertThat(store.recordedShards().cardinality()).isOne();

            SimulatedHost.spread(store, 64);

            assertThat(store.recordedShards()).isEqualTo(firstShards(64));
            assertThat(counter.sum()).isEqualTo(3.0 * 64);
            assertThat(counter.sumOfShard(63)).isEqualTo(3);
            assertThat(counter.sumOfShard(64)).isZero();
            assertThat(timer.readShard(5)).isEqualTo(Observations.ofLongs(new long[] {0, 1, 1}, 40));
            try (CellSnapshot snapshot = store.snapshot()) {
                assertThat(counter.sum(snapshot)).isEqualTo(3.0 * 64);
                assertThat(timer.read(snapshot)).isEqualTo(Observations.ofLongs(new long[] {0, 64, 64}, 40 * 64));
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
