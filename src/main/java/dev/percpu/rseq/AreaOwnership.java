package dev.percpu.rseq;

import dev.percpu.binding.ControlCalls;
import dev.percpu.binding.Libc;
import dev.percpu.binding.ProcessInfo;
import org.jspecify.annotations.Nullable;

/**
 * The owner of this process' rseq areas, and how the areas are registered. Immutable.
 *
 * @param length bytes that were registered; 0 if there is no registration
 * @param activeSize bytes that the kernel keeps up to date; 0 if there is no registration
 * @param errno errno of this library's failed attempt to register; null if it made none or succeeded
 * @param reason why no owner was found, in one sentence; null if one was found
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

    /**
     * Finds the owner. It is the libc if the libc exports a size, else a library that exports {@code __rseq_abi}. The symbol does not
     * prove a registration: before it, {@code cpu_id} is RSEQ_CPU_ID_UNINITIALIZED (-1), and RSEQ_CPU_ID_REGISTRATION_FAILED (-2) after
     * a failed one (linux/rseq.h). Then there is no owner. This library does not register in its place, because that library may
     * register later. Otherwise this library tries to register the calling thread: on success it becomes the owner; on failure the errno
     * shows an owner that exports no symbol.
     *
     * @param featureSize AT_RSEQ_FEATURE_SIZE, bytes; null before Linux 6.3
     * @param align AT_RSEQ_ALIGN, bytes; null before Linux 6.3
     */
    static AreaOwnership find(Host.LibcInfo libc, @Nullable Integer featureSize, @Nullable Integer align) {
        Integer size = libc.rseqSize();
        if (size != null && size != 0) {
            return new AreaOwnership(
                    AreaOwner.LIBC, registeredByLibc(size), Fields.activeSize(size, featureSize), null, null);
        }
        Integer cpuId = Libc.readInt("__rseq_abi", Fields.CPU_ID);
        if (cpuId != null && cpuId < 0) {
            return new AreaOwnership(
                    AreaOwner.NONE,
                    0,
                    0,
                    null,
                    "a library exports __rseq_abi, but has not registered it for this thread (its cpu_id is " + cpuId
                            + ")");
        }
        if (cpuId != null) {
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

    /** Returns the ownership that another class loader of this process has set before. */
    static AreaOwnership fixedEarlier(AreaOwner owner, @Nullable Integer featureSize) {
        int active = featureSize == null ? Fields.ORIGINAL_ACTIVE_SIZE : featureSize;
        return owner == AreaOwner.NONE
                ? new AreaOwnership(owner, 0, 0, null, "another class loader of this process found no owner")
                : new AreaOwnership(owner, ownLength(featureSize), active, null, null);
    }

    /** Returns the facts with which the native library starts. */
    ProcessInfo processInfo(Host.LibcInfo libc, @Nullable Integer align, long hwcap) {
        return switch (owner) {
            case LIBC -> new ProcessInfo(ControlCalls.OWNER_LIBC, offset(libc), 0, 0, hwcap);
            case LEGACY -> new ProcessInfo(ControlCalls.OWNER_LEGACY, 0, 0, 0, hwcap);
            case SELF -> new ProcessInfo(ControlCalls.OWNER_SELF, 0, length, ownAlignment(align), hwcap);
            case NONE -> new ProcessInfo(ControlCalls.OWNER_NONE, 0, 0, 0, hwcap);
        };
    }

    private static long offset(Host.LibcInfo libc) {
        Long offset = libc.rseqOffset();
        if (offset == null) {
            throw new IllegalStateException(
                    "__rseq_offset must be exported by a libc that exports __rseq_size, but was missing");
        }
        return offset;
    }

    /** Returns the length that glibc registers: {@code __rseq_size} bytes, but at least 32. */
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
                "another library has registered the threads of this process, and exports no symbol that leads to its areas";
            case ENOSYS -> "the kernel, or a sandbox, does not support the rseq system call (ENOSYS)";
            case EPERM -> "a sandbox (seccomp) denies the rseq system call (EPERM)";
            default -> "registering an rseq area failed with errno " + errno;
        };
    }
}
