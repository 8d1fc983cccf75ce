package dev.percpu.rseq;

import org.jspecify.annotations.Nullable;

/**
 * The conclusions of this package about a registration, for values that another system reports. Tests of other packages compare them with
 * what the kernel of that system reports. Immutable.
 *
 * @param length bytes that were registered
 * @param activeSize bytes that the kernel keeps up to date
 */
public record AbiRules(int length, int activeSize) {

    /** Returns the conclusions for a libc that registers threads and exports this {@code __rseq_size}, in bytes. */
    public static AbiRules ofLibc(int rseqSize, @Nullable Integer featureSize, @Nullable Integer align) {
        return of(AreaOwnership.find(new Host.LibcInfo("glibc", null, rseqSize, 0L, 0), featureSize, align));
    }

    /** Returns the conclusions for a system on which this library registers each thread. */
    public static AbiRules ofOwnRegistration(@Nullable Integer featureSize) {
        return of(AreaOwnership.fixedEarlier(AreaOwner.SELF, featureSize));
    }

    private static AbiRules of(AreaOwnership ownership) {
        return new AbiRules(ownership.length(), ownership.activeSize());
    }
}
