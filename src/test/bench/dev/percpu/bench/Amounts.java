package dev.percpu.bench;

import java.time.Duration;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.ThreadParams;

/**
 * A generator of pseudo-random amounts below 2^31, which in nanoseconds is about 2 s.
 *
 * <p>Not thread-safe: JMH creates one for each thread. An amount is uniform below 2^k, with k uniform from 16 to 31. An array of amounts
 * would repeat, and branch predictors would learn the sequence. {@code floors.c} has the same generator.
 */
@State(Scope.Thread)
public class Amounts {
    /** Expected minimum of native histograms: 2^16 ns. About one amount in 8 is smaller. */
    static final Duration MIN = Duration.ofNanos(1L << 16);

    /** Expected maximum of native histograms: 2^31 ns. All amounts are smaller. */
    static final Duration MAX = Duration.ofNanos(1L << 31);

    private long state;

    @Setup
    public void seed(ThreadParams thread) {
        state = 0x9E3779B97F4A7C15L * (thread.getThreadIndex() + 1);
    }

    /** Returns the next amount. */
    long next() {
        long next = advance();
        return (next >>> 33) >>> ((next >>> 29) & 15);
    }

    /** Returns the next number that is uniform below 2^31. */
    long uniform() {
        return advance() >>> 33;
    }

    private long advance() {
        long next = state * 6364136223846793005L + 1442695040888963407L;
        state = next;
        return next;
    }
}
