package dev.percpu.rseq;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Size and fields of struct rseq. Source: include/uapi/linux/rseq.h up to Linux 7.3, and the rules of glibc's manual for
 * {@code __rseq_size}.
 */
final class Fields {
    static final int CPU_ID_START = 0;
    static final int CPU_ID = 4;
    static final int FLAGS = 16;
    static final int NODE_ID = 20;
    static final int MM_CID = 24;

    /** Active bytes of the first published struct: up to {@code flags}. */
    static final int ORIGINAL_ACTIVE_SIZE = 20;

    /** Bytes of the first published struct with its padding, and of every registration before 6.3. */
    static final int ORIGINAL_LENGTH = 32;

    private static final int FLAG_SLICE_EXT_AVAILABLE = 1 << 4;

    private Fields() {}

    /**
     * Bytes that are really kept up to date.
     *
     * @param librarySize {@code __rseq_size}; 20 and 32 are special: both mean a registration of 32 bytes
     * @param featureSize AT_RSEQ_FEATURE_SIZE, null before kernel 6.3
     */
    static int activeSize(int librarySize, @Nullable Integer featureSize) {
        if (librarySize == ORIGINAL_ACTIVE_SIZE || librarySize == ORIGINAL_LENGTH) {
            return Math.min(ORIGINAL_LENGTH, featureSize == null ? ORIGINAL_ACTIVE_SIZE : featureSize);
        }
        return librarySize;
    }

    /**
     * Every field of the newest known struct. A field is there when it ends within the active size; {@code slice_ctrl} is told by a flag
     * instead, since its size was counted before it worked.
     */
    static List<Field> of(int activeSize, int flags) {
        List<Field> fields = new ArrayList<>();
        add(fields, "cpu_id_start", CPU_ID_START, 4, activeSize);
        add(fields, "cpu_id", CPU_ID, 4, activeSize);
        add(fields, "rseq_cs", 8, 8, activeSize);
        add(fields, "flags", FLAGS, 4, activeSize);
        add(fields, "node_id", NODE_ID, 4, activeSize);
        add(fields, "mm_cid", MM_CID, 4, activeSize);
        boolean slice = activeSize >= ORIGINAL_LENGTH && (flags & FLAG_SLICE_EXT_AVAILABLE) != 0;
        fields.add(new Field("slice_ctrl", 28, 4, slice));
        return fields;
    }

    private static void add(List<Field> fields, String name, int offset, int size, int activeSize) {
        fields.add(new Field(name, offset, size, offset + size <= activeSize));
    }
}
