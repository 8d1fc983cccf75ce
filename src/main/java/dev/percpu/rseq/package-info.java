/**
 * The status of rseq in this process: probe, self-test, CPUs and NUMA nodes, findings. The probe runs once and returns an immutable status. Endpoint,
 * health checks, page, metrics and log all read that status.
 *
 * <p>Does not belong here: how a record commits (package {@code shard} and the C sources).
 *
 * <p>Imports {@code binding} and {@code settings}.
 */
@NullMarked
package dev.percpu.rseq;

import org.jspecify.annotations.NullMarked;
