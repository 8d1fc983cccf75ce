/**
 * The bytes of the two text formats of Prometheus: numbers, names, labels and sample lines. They equal the bytes that the Prometheus
 * client's writers produce for the same values.
 *
 * <p>Does not belong here: content negotiation (package {@code scrape}), and where a value comes from.
 *
 * <p>Imports {@code settings} at most.
 */
@NullMarked
package dev.percpu.exposition;

import org.jspecify.annotations.NullMarked;
