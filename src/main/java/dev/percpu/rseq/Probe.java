package dev.percpu.rseq;

import dev.percpu.binding.ControlCalls;
import dev.percpu.binding.NativeLibrary;
import dev.percpu.settings.RseqMode;
import dev.percpu.settings.Settings;
import dev.percpu.settings.ShardIndex;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds out everything that {@link RseqStatus} tells, and fixes owner and mode of the process by it: who owns the areas, whether 16 bytes
 * can be committed by one store, whether sections restart.
 */
final class Probe {
    private static final int AT_HWCAP = 16;
    private static final int AT_RSEQ_FEATURE_SIZE = 27;
    private static final int AT_RSEQ_ALIGN = 28;
    private static final int MEMBARRIER_CMD_QUERY = 0;
    private static final int MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ = 1 << 7;

    /** Indexing by mm_cid pays when at most one CPU in so many may be used. */
    private static final int FEW = 4;

    private Probe() {}

    static RseqStatus run(RseqMode mode, ShardIndex index) {
        String unavailable = NativeLibrary.unavailabilityCause();
        return unavailable == null ? withLibrary(mode, index) : withoutLibrary(unavailable);
    }

    private static RseqStatus withoutLibrary(String cause) {
        Kernel kernel = new Kernel(release(), machine(), null, null, new Kernel.Membarrier(null, false));
        LibcInfo libc = new LibcInfo("unknown", null, null, null, null);
        return new RseqStatus(
                false,
                AreaOwner.NONE,
                Mode.ATOMIC,
                cause,
                IndexedBy.CPU_ID,
                Registration.NONE,
                kernel,
                libc,
                null,
                Fields.of(0, 0),
                null,
                SelfTest.NONE,
                Cpus.read(),
                false);
    }

    private static RseqStatus withLibrary(RseqMode mode, ShardIndex index) {
        Kernel kernel = kernel();
        LibcInfo libc = libc();
        Cpus cpus = Cpus.read();
        long hwcap = dev.percpu.binding.Libc.auxv(AT_HWCAP);
        AreaOwnership ownership =
                start(AreaOwnership.find(libc, kernel.featureSize(), kernel.align()), libc, kernel, hwcap);
        ControlCalls.registerThread();
        SelfTest selfTest = ownership.owner() == AreaOwner.NONE ? SelfTest.NONE : SelfTestRunner.run(Cpus.allowed());
        String reason = fixMode(reasonAgainstSections(mode, ownership, selfTest, hwcap, kernel.machine()));
        boolean rseq = ControlCalls.mode() == ControlCalls.MODE_RSEQ;
        byte[] area = ControlCalls.threadView(Fields.ORIGINAL_LENGTH);
        int flags = area == null ? 0 : read(area, Fields.FLAGS);
        List<Field> fields = Fields.of(ownership.activeSize(), flags);
        return new RseqStatus(
                rseq,
                ownership.owner(),
                rseq ? Mode.RSEQ : Mode.ATOMIC,
                rseq ? null : reason,
                indexedBy(index, ownership, cpus),
                registration(ownership, kernel.machine()),
                kernel,
                libc,
                ownership.owner() == AreaOwner.NONE ? null : ownership.activeSize(),
                fields,
                area == null ? null : view(area, ownership.activeSize()),
                selfTest,
                cpus,
                true);
    }

    /** Another class loader may have started the process before us; then what it found holds. */
    private static AreaOwnership start(AreaOwnership found, LibcInfo libc, Kernel kernel, long hwcap) {
        int error = ControlCalls.start(found.processInfo(libc, kernel.align(), hwcap));
        if (error == 0) {
            return found;
        }
        if (error != -ControlCalls.EALREADY) {
            throw new IllegalStateException("the native library refused " + found + " with errno " + -error);
        }
        AreaOwner owner = switch (ControlCalls.owner()) {
            case ControlCalls.OWNER_LIBC -> AreaOwner.LIBC;
            case ControlCalls.OWNER_LEGACY -> AreaOwner.LEGACY;
            case ControlCalls.OWNER_SELF -> AreaOwner.SELF;
            default -> AreaOwner.NONE;
        };
        return owner == found.owner() ? found : AreaOwnership.ours(owner, kernel.featureSize());
    }

    private static @Nullable String reasonAgainstSections(
            RseqMode mode, AreaOwnership ownership, SelfTest selfTest, long hwcap, String machine) {
        if (ownership.owner() == AreaOwner.NONE) {
            return ownership.reason();
        }
        if (mode == RseqMode.ATOMIC) {
            return Settings.RSEQ_MODE.key() + " is atomic";
        }
        if (!ControlCalls.isPairAtomic(hwcap)) {
            return "this CPU does not store 16 bytes as one (x86-64 without AVX, or arm64 without LSE2)";
        }
        if (selfTest.result() == SelfTest.Result.FAILED) {
            return "the self-test saw " + selfTest.violations()
                    + " critical sections go on after an interruption: this kernel's rseq loses updates";
        }
        if (selfTest.result() == SelfTest.Result.SKIPPED && machine.equals("aarch64")) {
            return "the self-test was inconclusive, and some arm64 kernels (6.19 to 7.0.13) do not restart sections";
        }
        return null;
    }

    /** Returns the reason that holds: null when sections are used. */
    private static @Nullable String fixMode(@Nullable String reason) {
        int mode = reason == null ? ControlCalls.MODE_RSEQ : ControlCalls.MODE_ATOMIC;
        int error = ControlCalls.fixMode(mode);
        if (error == -ControlCalls.EALREADY && ControlCalls.mode() != mode) {
            return "another class loader of this process decided so before";
        }
        if (error != 0 && error != -ControlCalls.EALREADY) {
            throw new IllegalStateException("the native library refused mode " + mode + " with errno " + -error);
        }
        return reason;
    }

    private static IndexedBy indexedBy(ShardIndex index, AreaOwnership ownership, Cpus cpus) {
        boolean there = ownership.activeSize() >= Fields.MM_CID + Integer.BYTES;
        return switch (index) {
            case CPU_ID -> IndexedBy.CPU_ID;
            case MM_CID -> there ? IndexedBy.MM_CID : IndexedBy.CPU_ID;
            case AUTO -> there && usesFewOf(cpus) ? IndexedBy.MM_CID : IndexedBy.CPU_ID;
        };
    }

    /** Whether this process may use far fewer CPUs than there can be, as in a container on a big machine. */
    private static boolean usesFewOf(Cpus cpus) {
        return Runtime.getRuntime().availableProcessors() * FEW
                <= cpus.possible().cardinality();
    }

    private static Registration registration(AreaOwnership ownership, String machine) {
        if (ownership.owner() == AreaOwner.NONE) {
            return new Registration(null, null, signature(machine), ownership.errno());
        }
        String layout = ownership.length() > Fields.ORIGINAL_LENGTH ? "v2" : "legacy";
        return new Registration(ownership.length(), layout, signature(machine), ownership.errno());
    }

    private static String signature(String machine) {
        return machine.equals("aarch64") ? "0xd428bc00" : "0x53053053";
    }

    private static Kernel kernel() {
        int mask = ControlCalls.membarrier(MEMBARRIER_CMD_QUERY);
        Kernel.Membarrier membarrier = mask < 0
                ? new Kernel.Membarrier(null, false)
                : new Kernel.Membarrier(
                        "0x" + Integer.toHexString(mask), (mask & MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ) != 0);
        return new Kernel(release(), machine(), auxv(AT_RSEQ_FEATURE_SIZE), auxv(AT_RSEQ_ALIGN), membarrier);
    }

    private static @Nullable Integer auxv(int type) {
        long value = dev.percpu.binding.Libc.auxv(type);
        return value == 0 ? null : (int) value;
    }

    /** The JVM takes both from uname(2). */
    private static String release() {
        return System.getProperty("os.version");
    }

    private static String machine() {
        String arch = System.getProperty("os.arch");
        return arch.equals("amd64") ? "x86_64" : arch;
    }

    private static LibcInfo libc() {
        String version = dev.percpu.binding.Libc.glibcVersion();
        return new LibcInfo(
                version != null ? "glibc" : dev.percpu.binding.Libc.isMusl() ? "musl" : "unknown",
                version,
                dev.percpu.binding.Libc.readInt("__rseq_size"),
                dev.percpu.binding.Libc.readLong("__rseq_offset"),
                dev.percpu.binding.Libc.readInt("__rseq_flags"));
    }

    private static ThreadView view(byte[] area, int activeSize) {
        return new ThreadView(
                read(area, Fields.CPU_ID_START),
                read(area, Fields.CPU_ID),
                activeSize >= Fields.NODE_ID + 4 ? read(area, Fields.NODE_ID) : null,
                activeSize >= Fields.MM_CID + 4 ? read(area, Fields.MM_CID) : null,
                read(area, Fields.FLAGS));
    }

    private static int read(byte[] area, int offset) {
        return ByteBuffer.wrap(area).order(ByteOrder.nativeOrder()).getInt(offset);
    }
}
