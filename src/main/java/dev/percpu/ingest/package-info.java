/**
 * What all protocols of ingest share: the series of received metrics, the budget of each sender, and the counts of samples and losses. It names
 * no framework.
 *
 * <p>Does not belong here: the parsing of a protocol (package {@code ingest.statsd}), and the mapping of names (package {@code
 * ingest.mapping}).
 *
 * <p>Imports {@code ingest.mapping}, {@code registry} and the packages below it.
 */
@NullMarked
package dev.percpu.ingest;

import org.jspecify.annotations.NullMarked;
