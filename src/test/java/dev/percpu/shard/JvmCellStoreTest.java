package dev.percpu.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.Cleaner;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class JvmCellStoreTest {
    private static final Cleaner CLEANER = Cleaner.create();

    private final CellStore store = new JvmCellStore();

    @Test
    void shouldFreeUnreachableCells() throws InterruptedException {
        CounterCell before = store.newCounter();
        CountDownLatch collected = new CountDownLatch(1);
        CLEANER.register(store.newCounter(), collected::countDown);
        CounterCell after = store.newCounter();
        before.add(1L);
        after.add(2L);

        for (int i = 0; i < 100 && collected.getCount() > 0; i++) {
            System.gc();
            collected.await(100, TimeUnit.MILLISECONDS);
        }

        assertThat(collected.getCount()).isZero();
        try (CellSnapshot snapshot = store.snapshot()) {
            assertThat(before.sum(snapshot)).isEqualTo(1);
            assertThat(after.sum(snapshot)).isEqualTo(2);
        }
    }
}
