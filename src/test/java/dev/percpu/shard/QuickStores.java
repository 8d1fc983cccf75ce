package dev.percpu.shard;

import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Native stores that hand cells of removed meters on sooner than after a minute. */
public final class QuickStores {
    private QuickStores() {}

    /** As soon as nobody can reach them: nothing but that protects what is recorded. */
    public static CellStore withoutQuarantine() {
        return withQuarantine(Duration.ZERO, System::nanoTime);
    }

    static ShardedCellStore withQuarantine(Duration quarantine, LongSupplier nanoTime) {
        RseqStatus status = RseqProbe.status();
        return new ShardedCellStore(
                new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()), quarantine, nanoTime);
    }
}
