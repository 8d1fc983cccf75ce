/**
 * The benchmark of StatsD ingest, run by {@code make bench ARGS=ingest}: CPU time of the service and of other receivers under the same
 * load. Each receiver and the sender run in processes of their own.
 */
@org.jspecify.annotations.NullMarked
package dev.percpu.bench.ingest;
