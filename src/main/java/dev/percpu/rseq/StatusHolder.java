package dev.percpu.rseq;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps the one status of this process. */
final class StatusHolder {
    private static volatile @Nullable RseqStatus status;

    private StatusHolder() {}

    static RseqStatus get(Supplier<RseqSettings> settings) {
        RseqStatus known = status;
        return known != null ? known : probe(settings);
    }

    private static synchronized RseqStatus probe(Supplier<RseqSettings> settings) {
        RseqStatus known = status;
        if (known == null) {
            known = Probe.run(settings.get());
            status = known;
        }
        return known;
    }
}
