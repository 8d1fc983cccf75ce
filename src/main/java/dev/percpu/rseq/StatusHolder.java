package dev.percpu.rseq;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Keeps the one status of this process. */
final class StatusHolder {
    private static volatile @Nullable AbiStatus status;

    private StatusHolder() {}

    static AbiStatus get(Supplier<RseqSettings> settings) {
        AbiStatus known = status;
        return known != null ? known : probe(settings);
    }

    private static synchronized AbiStatus probe(Supplier<RseqSettings> settings) {
        AbiStatus known = status;
        if (known == null) {
            known = Probe.run(settings.get());
            status = known;
        }
        return known;
    }
}
