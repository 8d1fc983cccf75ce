/**
 * The public API: {@link dev.percpu.registry.PerCpuMeterRegistry}, its configuration, and the registry's own metrics. Also public: the
 * limit and the counts of series, the failures of scrapes, and the endpoint for the HTTP server of the JDK.
 *
 * <p>Belongs here: registering and removing meters, the limit on series, the creation of meters. Does not belong here: any framework type.
 *
 * <p>Imports {@code scrape}, {@code meter}, {@code family}, {@code histogram}, {@code shard}, {@code rseq} and {@code settings}.
 */
@NullMarked
package dev.percpu.registry;

import org.jspecify.annotations.NullMarked;
