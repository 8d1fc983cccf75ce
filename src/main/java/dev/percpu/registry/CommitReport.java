package dev.percpu.registry;

import dev.percpu.rseq.IndexedBy;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.settings.RseqMode;
import dev.percpu.settings.Settings;
import dev.percpu.settings.ShardIndex;
import java.util.concurrent.atomic.AtomicBoolean;

/** The lines in the log that report how records commit. The first registry writes them. Thread-safe. */
final class CommitReport {
    private static final AtomicBoolean LOGGED = new AtomicBoolean();

    private CommitReport() {}

    /** Writes the lines if no registry has written them before. */
    static void log(RseqStatus status, RegistrySettings settings) {
        if (LOGGED.getAndSet(true)) {
            return;
        }
        System.Logger log = System.getLogger("dev.percpu");
        if (status.active()) {
            log.log(
                    System.Logger.Level.INFO,
                    "Records commit in rseq critical sections, registered by {0}",
                    status.owner());
        } else if (!status.nativeLibrary()) {
            log.log(
                    System.Logger.Level.WARNING,
                    "Records commit by JVM atomics, which are slower: {0}",
                    status.reason());
        } else if (settings.get(Settings.RSEQ_MODE) == RseqMode.ATOMIC) {
            log.log(
                    System.Logger.Level.INFO,
                    "Records commit by atomic instructions, as configured by {0}",
                    Settings.RSEQ_MODE.key());
        } else {
            log.log(
                    System.Logger.Level.WARNING,
                    "Records commit by atomic instructions, not in rseq critical sections: {0}",
                    status.reason());
        }
        if (settings.get(Settings.SHARD_INDEX) == ShardIndex.MM_CID && status.indexedBy() != IndexedBy.MM_CID) {
            log.log(
                    System.Logger.Level.WARNING,
                    "{0} must be auto or cpu_id if the kernel or libc does not offer mm_cid, but was mm_cid;"
                            + " shards are indexed by cpu_id",
                    Settings.SHARD_INDEX.key());
        }
    }
}
