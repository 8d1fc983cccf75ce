package dev.percpu.bench;

import java.time.Duration;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * What a thread records: pseudo-random amounts, each power of two from 2^16 to 2^31 as likely as the next; as nanoseconds 65 us to 2 s. A
 * generator and not an array, so that no branch predictor learns the sequence. {@code bench.c} has the same.
 */
@State(Scope.Thread)
public class Amounts {
    /** As durations. */
    static final Duration LEAST = Duration.ofNanos(1L << 16);

    static final Duration MOST = Duration.ofNanos(1L << 31);

    private long state;

    @Setup
    public void seed(ThreadParams thread) {
        state = 0x9E3779B97F4A7C15L * (thread.getThreadIndex() + 1);
    }

    long next() {
        long next = state * 6364136223846793005L + 1442695040888963407L;
        state = next;
        return (next >>> 33) >>> ((next >>> 29) & 15);
    }
}
