/**
 * The status of rseq in this process: probe, self-test, CPUs, NUMA nodes, and the immutable status that endpoint, health checks, page,
 * metrics and log read.
 *
 * <p>Does not belong here: how a record is committed (package {@code shard} and the C sources).
 *
 * <p>Imports {@code binding} and {@code settings}.
 */
@NullMarked
package dev.percpu.rseq;

import org.jspecify.annotations.NullMarked;
