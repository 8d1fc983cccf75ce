/**
 * StatsD and DogStatsD: the parser, the table of known series, and the threads that receive packets. It names no framework.
 *
 * <p>Does not belong here: the registration of series (package {@code ingest}), and the sockets (package {@code binding}).
 *
 * <p>Imports {@code ingest}, {@code ingest.mapping}, {@code meter} and {@code binding}.
 */
@NullMarked
package dev.percpu.ingest.statsd;

import org.jspecify.annotations.NullMarked;
