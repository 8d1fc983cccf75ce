/**
 * Benchmarks of recording, ours and the peers' side by side: {@code make bench}. {@link dev.percpu.bench.Benchmarks} runs them and writes
 * the report; {@code *Case} are the JMH classes, in which every implementation gets the same inputs.
 */
@org.jspecify.annotations.NullMarked
package dev.percpu.bench;
