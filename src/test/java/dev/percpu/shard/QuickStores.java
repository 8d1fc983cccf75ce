package dev.percpu.shard;

import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Cell stores on native shards with a short quarantine. */
public final class QuickStores {
    private QuickStores() {}

    /** Returns a store without quarantine: cells are reused as soon as they are unreachable. */
    public static CellStore withoutQuarantine() {
        return withQuarantine(Duration.ZERO, System::nanoTime);
    }

    static ShardedCellStore withQuarantine(Duration quarantine, LongSupplier nanoTime) {
        RseqStatus status = RseqProbe.status();
        return new ShardedCellStore(
                new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()), quarantine, nanoTime);
    }
}
