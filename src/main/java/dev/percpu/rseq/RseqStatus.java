package dev.percpu.rseq;

import dev.percpu.binding.ControlCalls;
import dev.percpu.settings.RseqMode;
import dev.percpu.settings.Settings;
import dev.percpu.settings.ShardIndex;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of the rseq ABI in this process, as {@code GET /api/rseq} tells it. Worked out once, immutable, thread-safe. Whatever does not
 * exist on a system is null, never 0.
 *
 * @param active whether records commit in rseq critical sections
 * @param owner who registered the areas of this process' threads
 * @param mode how records are committed
 * @param reason why not by rseq, in one sentence; null when they are
 * @param indexedBy which field of struct rseq chooses the shard
 * @param registration of the area of the thread that probed
 * @param activeSize bytes of struct rseq that kernel and owner agreed on, null without registration
 * @param fields every field of the newest known struct, whether it is there or not
 * @param thread the area of the thread that probed, null when it has none
 * @param cpus what decides the number of shards
 * @param nativeLibrary whether the native library is loaded: without it records use JVM atomics
 */
public record RseqStatus(
        boolean active,
        AreaOwner owner,
        Mode mode,
        @Nullable String reason,
        IndexedBy indexedBy,
        Registration registration,
        Kernel kernel,
        LibcInfo libc,
        @Nullable Integer activeSize,
        List<Field> fields,
        @Nullable ThreadView thread,
        SelfTest selfTest,
        Cpus cpus,
        boolean nativeLibrary) {

    public RseqStatus {
        fields = List.copyOf(fields);
    }

    /** How the areas were registered, with the latest failure of any thread until now. */
    public Registration registrationNow() {
        int errno = nativeLibrary ? ControlCalls.lastRegistrationErrno() : 0;
        return errno == 0
                ? registration
                : new Registration(registration.length(), registration.layout(), registration.signature(), errno);
    }

    /** Where there is no native library, for whoever requires one: which file, why, and what to do. */
    public String whyNoLibrary() {
        return reason + " Or set " + Settings.NATIVE_REQUIRED.key()
                + "=false to record with JVM atomics, which is slower.";
    }

    /**
     * Returns the status of this process. The first call probes with the system properties {@code percpu.rseq.mode} and {@code
     * percpu.shard.index}.
     *
     * @throws IllegalArgumentException if the first call reads a value that is not allowed
     */
    public static RseqStatus current() {
        return StatusHolder.get(() -> Probe.run(
                Settings.RSEQ_MODE.read(System::getProperty), Settings.SHARD_INDEX.read(System::getProperty)));
    }

    /**
     * Returns the status of this process. The first call probes with these values and fixes mode and index for the whole process; later
     * calls ignore theirs.
     */
    public static RseqStatus current(RseqMode mode, ShardIndex index) {
        return StatusHolder.get(() -> Probe.run(mode, index));
    }
}
