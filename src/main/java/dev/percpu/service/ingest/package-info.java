/**
 * What starts and stops ingest in the service: settings, metrics {@code percpu_ingest_*}, and the counts for reports.
 *
 * <p>What does not belong here: sockets, protocols and series. They are in package {@code ingest}, which names no framework.
 *
 * <p>Imports {@code ingest}, {@code registry}, {@code rseq}, {@code quarkus} and the packages below them.
 */
@NullMarked
package dev.percpu.service.ingest;

import org.jspecify.annotations.NullMarked;
