/**
 * The Java side of {@code libpercpu.so}: the file of the library, the record calls ({@link dev.percpu.binding.RecordCalls}, critical
 * downcalls), the control calls ({@link dev.percpu.binding.ControlCalls}, JNA), and the sockets that receive many datagrams per call ({@link
 * dev.percpu.binding.DatagramReceiver}).
 *
 * <p>No other package handles a native address. The native code forces every offset into the memory of its
 * {@link dev.percpu.binding.Region}.
 *
 * <p>Does not belong here: the meaning of a cell (package {@code shard}), the choice of owner and mode (package {@code rseq}), and the
 * content of datagrams (package {@code ingest}).
 *
 * <p>Imports {@code settings} at most.
 */
@NullMarked
package dev.percpu.binding;

import org.jspecify.annotations.NullMarked;
