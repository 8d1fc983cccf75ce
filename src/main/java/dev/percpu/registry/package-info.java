/**
 * The public API: {@link dev.percpu.registry.PerCpuMeterRegistry}, its configuration, and the registry's own metrics.
 *
 * <p>Belongs here: registering and removing meters, the limit on series, the creation of meters. Does not belong here: any framework type.
 *
 * <p>Imports every package below: {@code scrape}, {@code meter}, {@code family}, {@code histogram}, {@code shard}, {@code rseq}, {@code
 * exposition}, {@code binding} and {@code settings}.
 */
@NullMarked
package dev.percpu.registry;

import org.jspecify.annotations.NullMarked;
