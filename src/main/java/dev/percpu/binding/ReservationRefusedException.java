package dev.percpu.binding;

/** Thrown when the kernel refuses the address space of a {@link Region}. */
public final class ReservationRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int errno;

    ReservationRefusedException(int shards, int strideShift, int errno) {
        super("mmap of " + (((long) shards + 1 << strideShift) >> 10) + " KiB of address space for " + (shards + 1)
                + " shards was refused with errno " + errno
                + "; the usual cause is a limit on address space (ulimit -v, vm.overcommit_memory=2)");
        this.errno = errno;
    }

    /** Returns the errno of mmap(2). */
    public int errno() {
        return errno;
    }
}
