package dev.percpu.rseq;

import dev.percpu.binding.ControlCalls;
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
        return reason + " Or set percpu.native.required=false to record with JVM atomics, which is slower.";
    }

    /** The status of this process, probed at the first call with the settings of the system properties. */
    public static RseqStatus current() {
        return StatusHolder.get(() -> RseqSettings.of(System::getProperty));
    }

    /**
     * The same, probed with these settings if nobody has asked before: the mode of a process is fixed at the first call.
     *
     * @return the status that holds, whichever settings it was probed with
     */
    public static RseqStatus current(RseqSettings settings) {
        return StatusHolder.get(() -> settings);
    }
}
