package dev.percpu.nativecore;

import com.sun.jna.Function;
import com.sun.jna.Memory;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Pointer;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.rseq.AreaOwner;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.ConsoleHandler;
import java.util.logging.Logger;

/**
 * Denies rseq by a seccomp filter after the library has registered the first threads, as a sandbox can do. Then it prints the status as a
 * thread sees it that started before, and as a new thread sees it. The lines {@code thread before ID} and {@code thread after ID} have the
 * identifiers of these threads. After {@code end}, it waits for the end of its input; both threads are alive until then.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/seccomp.2.html">seccomp(2)</a>
 */
final class DeniedLaterMain {
    private static final int PR_SET_NO_NEW_PRIVS = 38;
    private static final int SECCOMP_SET_MODE_FILTER = 1;
    private static final int SECCOMP_FILTER_FLAG_TSYNC = 1;
    private static final int SECCOMP_RET_ERRNO_EPERM = 0x00050001;
    private static final int SECCOMP_RET_ALLOW = 0x7fff0000;
    private static final int LOAD_WORD = 0x20;
    private static final int JUMP_IF_EQUAL = 0x15;
    private static final int RETURN = 0x06;

    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    private static final int SYS_RSEQ = ARM ? 293 : 334;
    private static final int SYS_SECCOMP = ARM ? 277 : 317;

    private static final int RECORDS = 2_000;

    private DeniedLaterMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Logger log = Logger.getLogger(RseqProbe.class.getName());
        log.addHandler(new ConsoleHandler());
        RseqStatus status = RseqProbe.status();
        if (!status.active() || status.owner() != AreaOwner.SELF) {
            throw new IllegalStateException("this library must own the areas at first, but the status was " + status);
        }
        PerCpuMeterRegistry metrics = new PerCpuMeterRegistry();
        new PerCpuMeters(metrics).bindTo(metrics);
        System.out.println(metrics.scrape());
        denyRseq();
        System.out.println("before: " + RseqProbe.current(status).active());
        System.out.println("thread before " + threadId());
        CountDownLatch recorded = new CountDownLatch(1);
        Thread.ofPlatform().daemon().start(() -> {
            RseqStatus current = RseqProbe.current(status);
            for (int i = 0; i < RECORDS; i++) {
                metrics.timer("records").record(1, TimeUnit.NANOSECONDS);
            }
            System.out.println("after: " + current.active() + " " + current.mode() + " " + current.reason());
            System.out.println("thread after " + threadId());
            recorded.countDown();
            LockSupport.park();
        });
        recorded.await();
        System.out.println("later: " + RseqProbe.current(status).active());
        System.out.println(metrics.scrape());
        FindingsMain.print(status, metrics.statistics());
        FindingsMain.awaitEndOfInput();
    }

    /** Returns the kernel's identifier of the calling thread. */
    private static String threadId() {
        try {
            return Path.of("/proc/thread-self").toRealPath().getFileName().toString();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void denyRseq() {
        Memory filter = new Memory(4 * 8);
        put(filter, 0, LOAD_WORD, 0, 0, 0); // the number of the system call
        put(filter, 1, JUMP_IF_EQUAL, 0, 1, SYS_RSEQ);
        put(filter, 2, RETURN, 0, 0, SECCOMP_RET_ERRNO_EPERM);
        put(filter, 3, RETURN, 0, 0, SECCOMP_RET_ALLOW);
        Memory program = new Memory(16);
        program.clear();
        program.setShort(0, (short) 4);
        program.setPointer(8, filter);
        NativeLibrary libc = NativeLibrary.getProcess();
        int noNewPrivileges = libc.getFunction("prctl").invokeInt(new Object[] {PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L});
        Function syscall = libc.getFunction("syscall");
        int error = syscall.invokeInt(new Object[] {
            (long) SYS_SECCOMP, (long) SECCOMP_SET_MODE_FILTER, (long) SECCOMP_FILTER_FLAG_TSYNC, (Pointer) program
        });
        if (noNewPrivileges != 0 || error != 0) {
            throw new IllegalStateException("the filter was not installed: " + noNewPrivileges + ", " + error);
        }
    }

    private static void put(Memory filter, int index, int code, int ifTrue, int ifFalse, int operand) {
        filter.setShort(8L * index, (short) code);
        filter.setByte(8L * index + 2, (byte) ifTrue);
        filter.setByte(8L * index + 3, (byte) ifFalse);
        filter.setInt(8L * index + 4, operand);
    }
}
