package dev.percpu.rseq;

import dev.percpu.binding.ControlCalls;
import dev.percpu.binding.Libc;
import dev.percpu.binding.NeutralThread;
import dev.percpu.binding.PercpuLibrary;
import dev.percpu.settings.RseqMode;
import dev.percpu.settings.Settings;
import dev.percpu.settings.ShardIndex;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * The probe of rseq in this process. It finds the owner of the areas, tests whether 16 bytes can be committed by one store and whether
 * sections restart, and then fixes owner and mode for the life of the process.
 *
 * <p>Thread-safe. The probe runs once, at the first call, and takes about 10 ms. Later calls return the same status.
 */
public final class RseqProbe {
    private static final int AT_HWCAP = 16;
    private static final int AT_RSEQ_FEATURE_SIZE = 27;
    private static final int AT_RSEQ_ALIGN = 28;
    private static final int MEMBARRIER_CMD_QUERY = 0;
    private static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ = 1 << 7;

    /** Indexing by mm_cid saves memory when the process may use at most one possible CPU in this many. */
    private static final int MM_CID_CPU_RATIO = 4;

    private static final AtomicBoolean unregisteredThreads = new AtomicBoolean();

    private static volatile @Nullable RseqStatus status;

    private RseqProbe() {}

    /**
     * Returns the status of this process. The first call runs the probe with mode and index of the system properties.
     *
     * @throws IllegalArgumentException at the first call, if one of these properties has a value that is not allowed
     */
    public static RseqStatus status() {
        RseqStatus known = status;
        return known != null
                ? known
                : probeOnce(
                        Settings.RSEQ_MODE.read(System::getProperty), Settings.SHARD_INDEX.read(System::getProperty));
    }

    /**
     * Returns the status of this process. The first call runs the probe with this mode and index.
     *
     * @return the status of the first call, which may have had another mode and index
     */
    public static RseqStatus status(RseqMode mode, ShardIndex index) {
        RseqStatus known = status;
        return known != null ? known : probeOnce(mode, index);
    }

    /**
     * Starts the first call of {@link #status(RseqMode, ShardIndex)} in a thread of its own. A call of a status method then waits for the end of
     * the probe. If the probe fails, that call repeats it and throws the exception.
     */
    public static void startInBackground(RseqMode mode, ShardIndex index) {
        if (status != null) {
            return;
        }
        NeutralThread.start("percpu-probe", () -> {
            try {
                status(mode, index);
            } catch (RuntimeException | LinkageError e) {
                // The next call of status fails for the same reason.
            }
        });
    }

    /**
     * Returns the status at this time. It is no longer active after a thread could not be registered, for example because a sandbox denies
     * rseq since the start. Records of such a thread go to the shared shard by atomic instructions. The log says so once.
     */
    public static RseqStatus current(RseqStatus probed) {
        if (!probed.active()) {
            return probed;
        }
        if (!unregisteredThreads.get() && !hasUnregisteredThread()) {
            return probed;
        }
        int errno = ControlCalls.lastRegistrationErrno();
        String reason = "a thread has no registered rseq area" + (errno == 0 ? "" : " (errno " + errno + ")")
                + ": records of such threads go to the shared shard by atomic instructions";
        if (!unregisteredThreads.getAndSet(true)) {
            // Not a static logger: the probe is often the first code of this library, and must not choose the log
            // manager of the JVM.
            System.getLogger(RseqProbe.class.getName())
                    .log(System.Logger.Level.WARNING, "rseq was active at the start, but now " + reason);
        }
        return new RseqStatus(
                probed.owner(),
                CommitMode.ATOMIC,
                probed.configuredMode(),
                reason,
                probed.indexedBy(),
                probed.area(),
                probed.host(),
                probed.selfTest(),
                true);
    }

    /** Returns whether the registration of a thread has failed, or the calling thread is not registered. */
    private static boolean hasUnregisteredThread() {
        ControlCalls.registerThread();
        byte[] area = ControlCalls.threadView(Fields.ORIGINAL_LENGTH);
        return ControlCalls.lastRegistrationErrno() != 0 || area == null || read(area, Fields.CPU_ID) < 0;
    }

    /** Returns the registration of a status, with the latest failed registration of any thread until now. */
    public static RseqArea.Registration latestRegistration(RseqStatus probed) {
        RseqArea.Registration registration = probed.area().registration();
        int errno = probed.nativeLibrary() ? ControlCalls.lastRegistrationErrno() : 0;
        return errno == 0
                ? registration
                : new RseqArea.Registration(
                        registration.length(), registration.layout(), registration.signature(), errno);
    }

    private static synchronized RseqStatus probeOnce(RseqMode mode, ShardIndex index) {
        RseqStatus known = status;
        if (known == null) {
            String unavailable = PercpuLibrary.unavailabilityCause();
            known = unavailable == null ? probe(mode, index) : withoutLibrary(unavailable);
            status = known;
        }
        return known;
    }

    private static RseqStatus withoutLibrary(String cause) {
        Host.Kernel kernel = new Host.Kernel(release(), machine(), null, null, new Host.Kernel.Membarrier(null, false));
        Host.LibcInfo libc = new Host.LibcInfo("unknown", null, null, null, null);
        return new RseqStatus(
                AreaOwner.NONE,
                CommitMode.ATOMIC,
                null,
                cause,
                IndexedBy.CPU_ID,
                new RseqArea(RseqArea.Registration.NONE, null, Fields.of(0, 0), null),
                new Host(kernel, libc, Cpus.read()),
                SelfTest.NONE,
                false);
    }

    private static RseqStatus probe(RseqMode mode, ShardIndex index) {
        Host host = new Host(kernel(), libc(), Cpus.read());
        long hwcap = Libc.auxv(AT_HWCAP);
        AreaOwnership ownership = start(host, hwcap);
        ControlCalls.registerThread();
        SelfTest selfTest = ownership.owner() == AreaOwner.NONE ? SelfTest.NONE : SelfTestRunner.run(Cpus.allowed());
        String reason = fixMode(reasonForAtomicMode(
                mode, ownership, selfTest, hwcap, host.kernel().machine()));
        boolean rseq = ControlCalls.mode() == ControlCalls.MODE_RSEQ;
        return new RseqStatus(
                ownership.owner(),
                rseq ? CommitMode.RSEQ : CommitMode.ATOMIC,
                mode,
                rseq ? null : reason,
                indexedBy(index, ownership, host.cpus()),
                area(ownership, host.kernel().machine()),
                host,
                selfTest,
                true);
    }

    /** Finds the owner and starts the native library with it. Where another class loader has started it, that owner stays. */
    private static AreaOwnership start(Host host, long hwcap) {
        Integer align = host.kernel().align();
        AreaOwnership found = AreaOwnership.find(host.libc(), host.kernel().featureSize(), align);
        int error = ControlCalls.start(found.processInfo(host.libc(), align, hwcap));
        if (error == 0) {
            return found;
        }
        if (error != -ControlCalls.EALREADY) {
            throw new IllegalStateException(
                    "percpu_process_start must return 0 for owner " + found.owner() + ", but returned errno " + -error);
        }
        AreaOwner owner = switch (ControlCalls.owner()) {
            case ControlCalls.OWNER_LIBC -> AreaOwner.LIBC;
            case ControlCalls.OWNER_LEGACY -> AreaOwner.LEGACY;
            case ControlCalls.OWNER_SELF -> AreaOwner.SELF;
            default -> AreaOwner.NONE;
        };
        return owner == found.owner()
                ? found
                : AreaOwnership.fixedEarlier(owner, host.kernel().featureSize());
    }

    private static @Nullable String reasonForAtomicMode(
            RseqMode mode, AreaOwnership ownership, SelfTest selfTest, long hwcap, String machine) {
        if (ownership.owner() == AreaOwner.NONE) {
            return ownership.reason();
        }
        if (mode == RseqMode.ATOMIC) {
            return Settings.RSEQ_MODE.key() + " is atomic";
        }
        if (!ControlCalls.isPairAtomic(hwcap)) {
            return "this CPU cannot store 16 bytes atomically (x86-64 without AVX, or arm64 without LSE2)";
        }
        if (selfTest.result() == SelfTest.Result.FAILED) {
            return "in the self-test " + selfTest.violations()
                    + " critical sections did not restart after an interruption: rseq on this kernel loses updates";
        }
        if (selfTest.result() == SelfTest.Result.SKIPPED && machine.equals("aarch64")) {
            return "the self-test had no result, and some arm64 kernels (6.19 to 7.0.13) do not restart sections";
        }
        return null;
    }

    /**
     * Fixes the mode of this process.
     *
     * @param reason why records must not commit in sections; null if they may
     * @return the reason of the mode that is in effect; null for sections
     */
    private static @Nullable String fixMode(@Nullable String reason) {
        int mode = reason == null ? ControlCalls.MODE_RSEQ : ControlCalls.MODE_ATOMIC;
        int error = ControlCalls.fixMode(mode);
        if (error == -ControlCalls.EALREADY && ControlCalls.mode() != mode) {
            return "another class loader of this process has fixed this mode earlier";
        }
        if (error != 0 && error != -ControlCalls.EALREADY) {
            throw new IllegalStateException("The native library rejected mode " + mode + " with errno " + -error);
        }
        return reason;
    }

    private static IndexedBy indexedBy(ShardIndex index, AreaOwnership ownership, Cpus cpus) {
        boolean hasMmCid = ownership.activeSize() >= Fields.MM_CID + Integer.BYTES;
        return switch (index) {
            case CPU_ID -> IndexedBy.CPU_ID;
            case MM_CID -> hasMmCid ? IndexedBy.MM_CID : IndexedBy.CPU_ID;
            case AUTO ->
                hasMmCid
                                && usesFewCpus(
                                        Runtime.getRuntime().availableProcessors(),
                                        cpus.possible().cardinality())
                        ? IndexedBy.MM_CID
                        : IndexedBy.CPU_ID;
        };
    }

    /** Returns whether a process may use far fewer CPUs than are possible, as in a container on a large machine. */
    static boolean usesFewCpus(int usable, int possible) {
        return usable * MM_CID_CPU_RATIO <= possible;
    }

    private static RseqArea area(AreaOwnership ownership, String machine) {
        byte[] bytes = ControlCalls.threadView(Fields.ORIGINAL_LENGTH);
        int activeSize = ownership.activeSize();
        return new RseqArea(
                registration(ownership, machine),
                ownership.owner() == AreaOwner.NONE ? null : activeSize,
                Fields.of(activeSize, bytes == null ? 0 : read(bytes, Fields.FLAGS)),
                bytes == null ? null : view(bytes, activeSize));
    }

    private static RseqArea.Registration registration(AreaOwnership ownership, String machine) {
        String signature = machine.equals("aarch64") ? "0xd428bc00" : "0x53053053";
        if (ownership.owner() == AreaOwner.NONE) {
            return new RseqArea.Registration(null, null, signature, ownership.errno());
        }
        String layout = ownership.length() > Fields.ORIGINAL_LENGTH ? "v2" : "legacy";
        return new RseqArea.Registration(ownership.length(), layout, signature, ownership.errno());
    }

    private static RseqArea.ThreadView view(byte[] area, int activeSize) {
        return new RseqArea.ThreadView(
                read(area, Fields.CPU_ID_START),
                read(area, Fields.CPU_ID),
                activeSize >= Fields.NODE_ID + Integer.BYTES ? read(area, Fields.NODE_ID) : null,
                activeSize >= Fields.MM_CID + Integer.BYTES ? read(area, Fields.MM_CID) : null,
                read(area, Fields.FLAGS));
    }

    private static int read(byte[] area, int offset) {
        return ByteBuffer.wrap(area).order(ByteOrder.nativeOrder()).getInt(offset);
    }

    private static Host.Kernel kernel() {
        int mask = ControlCalls.membarrier(MEMBARRIER_CMD_QUERY);
        Host.Kernel.Membarrier membarrier = mask < 0
                ? new Host.Kernel.Membarrier(null, false)
                : new Host.Kernel.Membarrier(
                        "0x" + Integer.toHexString(mask), (mask & MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ) != 0);
        return new Host.Kernel(release(), machine(), auxv(AT_RSEQ_FEATURE_SIZE), auxv(AT_RSEQ_ALIGN), membarrier);
    }

    private static @Nullable Integer auxv(int type) {
        long value = Libc.auxv(type);
        return value == 0 ? null : (int) value;
    }

    /** Returns the kernel release. The JVM reads this property from uname(2). */
    private static String release() {
        return System.getProperty("os.version");
    }

    private static String machine() {
        String arch = System.getProperty("os.arch");
        return arch.equals("amd64") ? "x86_64" : arch;
    }

    private static Host.LibcInfo libc() {
        String version = Libc.glibcVersion();
        return new Host.LibcInfo(
                version != null ? "glibc" : Libc.isMusl() ? "musl" : "unknown",
                version,
                Libc.readInt("__rseq_size"),
                Libc.readLong("__rseq_offset"),
                Libc.readInt("__rseq_flags"));
    }
}
