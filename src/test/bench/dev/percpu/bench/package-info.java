/**
 * Benchmarks of percpu and its peers, run by {@code make bench}.
 *
 * <p>{@link dev.percpu.bench.Benchmarks} runs them and writes the report. JMH classes have names that end in {@code Case}. Their
 * implementations all record the same inputs.
 */
@org.jspecify.annotations.NullMarked
package dev.percpu.bench;
