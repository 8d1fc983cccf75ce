package dev.percpu.binding;

/** What the second word of the cells of a {@link Region} is. The order is that of {@code enum percpu_sum_kind}. */
public enum SumKind {
    /** 64-bit integers. */
    LONG,
    /** IEEE 754 doubles. */
    DOUBLE
}
