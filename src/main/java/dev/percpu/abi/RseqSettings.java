package dev.percpu.abi;

/**
 * What may be asked for, rather than found out.
 *
 * @param mode {@code AUTO}, or {@code ATOMIC} to record without critical sections although they work
 * @param index {@code AUTO}, or the field of struct rseq to index shards by
 */
public record RseqSettings(ModeChoice mode, IndexChoice index) {
    /** System property for {@link #mode}: {@value}. */
    public static final String MODE_PROPERTY = "percpu.rseq.mode";

    /** System property for {@link #index}: {@value}. */
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
     * @throws IllegalArgumentException naming property, value and what is allowed
     */
    static RseqSettings ofSystemProperties() {
        return new RseqSettings(
                choice(MODE_PROPERTY, ModeChoice.class, ModeChoice.AUTO),
                choice(INDEX_PROPERTY, IndexChoice.class, IndexChoice.AUTO));
    }

    private static <E extends Enum<E>> E choice(String property, Class<E> type, E unset) {
        String value = System.getProperty(property);
        return value == null ? unset : Names.parse(property, value, type);
    }
}
