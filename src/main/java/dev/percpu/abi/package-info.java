/**
 * What this process' rseq ABI really is: probed once, self-tested, and kept in one immutable {@link dev.percpu.abi.AbiStatus} that the
 * endpoint, the health checks, the page, the metrics and the log all read.
 *
 * <p>Imports {@code binding} only.
 */
@org.jspecify.annotations.NullMarked
package dev.percpu.abi;
