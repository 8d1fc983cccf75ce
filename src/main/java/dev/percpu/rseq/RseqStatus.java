package dev.percpu.rseq;

import dev.percpu.binding.PercpuLibrary;
import dev.percpu.settings.NativeRequirement;
import dev.percpu.settings.RseqMode;
import dev.percpu.settings.Settings;
import org.jspecify.annotations.Nullable;

/**
 * The state of rseq in this process, as {@code GET /api/rseq} reports it. {@link RseqProbe#status()} returns it.
 *
 * <p>Immutable. A value that does not exist on this system is null, never 0.
 *
 * @param owner the code that registered the areas of this process' threads
 * @param mode how records are committed
 * @param configuredMode the configured mode; null without the native library, which alone has modes
 * @param reason cause, in one sentence, if the mode is not {@code rseq}; null otherwise
 * @param indexedBy the field of struct rseq that selects the shard
 * @param nativeLibrary whether the native library is loaded; without it, records use JVM atomics
 */
public record RseqStatus(
        AreaOwner owner,
        CommitMode mode,
        @Nullable RseqMode configuredMode,
        @Nullable String reason,
        IndexedBy indexedBy,
        RseqArea area,
        Host host,
        SelfTest selfTest,
        boolean nativeLibrary) {

    /** Returns whether records commit in rseq critical sections. */
    public boolean active() {
        return mode == CommitMode.RSEQ;
    }

    /** Returns the CPUs of the host at the time of the probe. */
    public Cpus cpus() {
        return host.cpus();
    }

    /** Returns whether the native library is not loaded, but a configuration requires it on this system. */
    public boolean lacksRequiredLibrary(NativeRequirement requirement) {
        return !nativeLibrary && requirement.isRequired(PercpuLibrary.existsForThisSystem());
    }

    /** Returns the error message for a configuration that requires the native library, where it is not loaded. */
    public String missingLibraryMessage() {
        return reason + " To record with JVM atomics instead, which is slower, set " + Settings.NATIVE_REQUIRED.key()
                + "=false.";
    }
}
