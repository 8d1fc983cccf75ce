package dev.percpu.rseq;

import org.jspecify.annotations.Nullable;

/**
 * The rules by which this package concludes what is registered, for figures that another system reports: tests of other packages compare
 * the conclusion with what that system's kernel says. Stateless.
 *
 * @param length bytes of the registration
 * @param activeSize bytes that are kept up to date
 */
public record AbiRules(int length, int activeSize) {

    /** Where libc says that it registered {@code rseqSize} bytes. */
    public static AbiRules ofLibc(int rseqSize, @Nullable Integer featureSize, @Nullable Integer align) {
        return of(AreaOwnership.find(new LibcInfo("glibc", null, rseqSize, 0L, 0), featureSize, align));
    }

    /** Where this library registers each thread itself. */
    public static AbiRules ofOwnRegistration(@Nullable Integer featureSize) {
        return of(AreaOwnership.ours(AreaOwner.SELF, featureSize));
    }

    private static AbiRules of(AreaOwnership ownership) {
        return new AbiRules(ownership.length(), ownership.activeSize());
    }
}
