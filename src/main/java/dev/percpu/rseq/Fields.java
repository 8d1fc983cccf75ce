package dev.percpu.rseq;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The size and the fields of struct rseq. Sources: include/uapi/linux/rseq.h up to Linux 7.3, and the rules of the glibc manual for
 * {@code __rseq_size}. Stateless.
 */
final class Fields {
    static final int CPU_ID_START = 0;
    static final int CPU_ID = 4;
    static final int FLAGS = 16;
    static final int NODE_ID = 20;
    static final int MM_CID = 24;

    /** Active bytes of the struct as Linux 4.18 published it: up to and including {@code flags}. */
    static final int ORIGINAL_ACTIVE_SIZE = 20;

    /** Bytes of that struct with its padding, and of every registration before Linux 6.3. */
    static final int ORIGINAL_LENGTH = 32;

    private static final int FLAG_SLICE_EXT_AVAILABLE = 1 << 4;

    private Fields() {}

    /**
     * Returns the number of bytes that the kernel keeps up to date.
     *
     * @param librarySize {@code __rseq_size}, bytes; both 20 and 32 stand for a registration of 32 bytes
     * @param featureSize AT_RSEQ_FEATURE_SIZE, bytes; null before Linux 6.3
     */
    static int activeSize(int librarySize, @Nullable Integer featureSize) {
        if (librarySize == ORIGINAL_ACTIVE_SIZE || librarySize == ORIGINAL_LENGTH) {
            return Math.min(ORIGINAL_LENGTH, featureSize == null ? ORIGINAL_ACTIVE_SIZE : featureSize);
        }
        return librarySize;
    }

    /**
     * Returns every field of the newest known struct. A field is available when it ends within the active size. For {@code slice_ctrl} a
     * flag decides instead: kernels included it in the feature size before it worked.
     *
     * @param flags the field {@code flags} of a registered area
     */
    static List<RseqArea.Field> of(int activeSize, int flags) {
        List<RseqArea.Field> fields = new ArrayList<>();
        add(fields, "cpu_id_start", CPU_ID_START, 4, activeSize);
        add(fields, "cpu_id", CPU_ID, 4, activeSize);
        add(fields, "rseq_cs", 8, 8, activeSize);
        add(fields, "flags", FLAGS, 4, activeSize);
        add(fields, "node_id", NODE_ID, 4, activeSize);
        add(fields, "mm_cid", MM_CID, 4, activeSize);
        boolean slice = activeSize >= ORIGINAL_LENGTH && (flags & FLAG_SLICE_EXT_AVAILABLE) != 0;
        fields.add(new RseqArea.Field("slice_ctrl", 28, 4, slice));
        return fields;
    }

    private static void add(List<RseqArea.Field> fields, String name, int offset, int size, int activeSize) {
        fields.add(new RseqArea.Field(name, offset, size, offset + size <= activeSize));
    }
}
