package dev.percpu.binding;

/** The kernel did not grant the address space for a {@link Region}. */
public final class ReservationRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    ReservationRefusedException(int shards, int strideShift, int errno) {
        super("mmap of " + (((long) shards + 1 << strideShift) >> 10) + " KiB of address space for " + (shards + 1)
                + " shards was refused with errno " + errno
                + "; a limit on address space (ulimit -v, vm.overcommit_memory=2) is the usual cause");
        this.errno = errno;
    }

    /** As mmap(2) gave it; 22 (EINVAL) if an argument was out of range. */
    public int errno() {
        return errno;
    }
}
