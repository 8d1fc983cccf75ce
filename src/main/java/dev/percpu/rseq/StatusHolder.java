package dev.percpu.rseq;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps the one status of this process. */
final class StatusHolder {
    private static volatile @Nullable RseqStatus status;

    private StatusHolder() {}

    static RseqStatus get(Supplier<RseqStatus> probe) {
        RseqStatus known = status;
        return known != null ? known : probe(probe);
    }

    private static synchronized RseqStatus probe(Supplier<RseqStatus> probe) {
        RseqStatus known = status;
        if (known == null) {
            known = probe.get();
            status = known;
        }
        return known;
    }
}
