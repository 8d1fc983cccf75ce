package dev.percpu.rseq;

import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * What may be asked for, rather than found out.
 *
 * @param mode {@code AUTO}, or {@code ATOMIC} to record without critical sections although they work
 * @param index {@code AUTO}, or the field of struct rseq to index shards by
 */
public record RseqSettings(ModeChoice mode, IndexChoice index) {
    /** Key of {@link #mode}: {@value}. */
    public static final String MODE_PROPERTY = "percpu.rseq.mode";

    /** Key of {@link #index}: {@value}. */
    public static final String INDEX_PROPERTY = "percpu.shard.index";

    public static final RseqSettings DEFAULT = new RseqSettings(ModeChoice.AUTO, IndexChoice.AUTO);

    /** How records may be committed. */
    public enum ModeChoice {
        AUTO,
        ATOMIC
    }

    /** What shards may be indexed by. */
    public enum IndexChoice {
        AUTO,
        CPU_ID,
        MM_CID
    }

    /**
     * Reads the two keys.
     *
     * @param lookup the value of a key, or null where it is not set
     * @throws IllegalArgumentException naming key, value and what is allowed
     */
    public static RseqSettings of(UnaryOperator<@Nullable String> lookup) {
        return new RseqSettings(
                choice(lookup, MODE_PROPERTY, ModeChoice.class, ModeChoice.AUTO),
                choice(lookup, INDEX_PROPERTY, IndexChoice.class, IndexChoice.AUTO));
    }

    private static <E extends Enum<E>> E choice(
            UnaryOperator<@Nullable String> lookup, String key, Class<E> type, E unset) {
        String value = lookup.apply(key);
        return value == null ? unset : Names.parse(key, value, type);
    }
}
