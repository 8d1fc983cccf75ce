package dev.percpu.rseq;

import dev.percpu.binding.ControlCalls;
import dev.percpu.binding.ProcessInfo;
import org.jspecify.annotations.Nullable;

/**
 * Who owns the rseq areas of this process.
 *
 * @param length bytes of the registration, 0 if there is none
 * @param activeSize bytes that are kept up to date, 0 if there is no registration
 * @param errno of our own attempt to register, null if none was made or it worked
 * @param reason why nobody owns them, null if somebody does
 */
record AreaOwnership(
        AreaOwner owner,
        int length,
        int activeSize,
        @Nullable Integer errno,
        @Nullable String reason) {
    private static final int EPERM = 1;
    private static final int EINVAL = 22;
    private static final int EBUSY = 16;
    private static final int ENOSYS = 38;

    /** Finds out, on the calling thread. */
    static AreaOwnership find(LibcInfo libc, @Nullable Integer featureSize, @Nullable Integer align) {
        Integer size = libc.rseqSize();
        if (size != null && size != 0) {
            return new AreaOwnership(
                    AreaOwner.LIBC, registeredByLibc(size), Fields.activeSize(size, featureSize), null, null);
        }
        if (dev.percpu.binding.Libc.exports("__rseq_abi")) {
            int active = Fields.activeSize(Fields.ORIGINAL_LENGTH, featureSize);
            return new AreaOwnership(AreaOwner.LEGACY, Fields.ORIGINAL_LENGTH, active, null, null);
        }
        int length = ownLength(featureSize);
        int error = -ControlCalls.tryRegistration(length, ownAlignment(align));
        if (error != 0) {
            return new AreaOwnership(AreaOwner.NONE, 0, 0, error, explain(error));
        }
        int active = featureSize == null ? Fields.ORIGINAL_ACTIVE_SIZE : featureSize;
        return new AreaOwnership(AreaOwner.SELF, length, active, null, null);
    }

    /** What another class loader of this process found: most of all that we ourselves, through it, are the owner. */
    static AreaOwnership ours(AreaOwner owner, @Nullable Integer featureSize) {
        int active = featureSize == null ? Fields.ORIGINAL_ACTIVE_SIZE : featureSize;
        return owner == AreaOwner.NONE
                ? new AreaOwnership(owner, 0, 0, null, "another class loader of this process found no owner")
                : new AreaOwnership(owner, ownLength(featureSize), active, null, null);
    }

    ProcessInfo processInfo(LibcInfo libc, @Nullable Integer align, long hwcap) {
        return switch (owner) {
            case LIBC -> new ProcessInfo(ControlCalls.OWNER_LIBC, offset(libc), 0, 0, hwcap);
            case LEGACY -> new ProcessInfo(ControlCalls.OWNER_LEGACY, 0, 0, 0, hwcap);
            case SELF -> new ProcessInfo(ControlCalls.OWNER_SELF, 0, length, ownAlignment(align), hwcap);
            case NONE -> new ProcessInfo(ControlCalls.OWNER_NONE, 0, 0, 0, hwcap);
        };
    }

    private static long offset(LibcInfo libc) {
        Long offset = libc.rseqOffset();
        if (offset == null) {
            throw new IllegalStateException("libc exports __rseq_size but no __rseq_offset");
        }
        return offset;
    }

    /** glibc registers 32 bytes when it says 20 or 32, else what it says. */
    private static int registeredByLibc(int size) {
        return Math.max(size, Fields.ORIGINAL_LENGTH);
    }

    private static int ownLength(@Nullable Integer featureSize) {
        return Math.max(Fields.ORIGINAL_LENGTH, featureSize == null ? 0 : featureSize);
    }

    private static int ownAlignment(@Nullable Integer align) {
        return Math.max(Fields.ORIGINAL_LENGTH, align == null ? 0 : align);
    }

    private static String explain(int errno) {
        return switch (errno) {
            case EINVAL, EBUSY ->
                "another library has registered this process' threads and exports no symbol to find its areas by";
            case ENOSYS -> "the kernel, or a sandbox in front of it, does not know the rseq system call (ENOSYS)";
            case EPERM -> "a sandbox (seccomp) denies the rseq system call (EPERM)";
            default -> "registering an rseq area failed with errno " + errno;
        };
    }
}
