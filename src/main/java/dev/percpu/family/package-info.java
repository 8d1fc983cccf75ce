/**
 * Prometheus families, the series in them, and the data points of the series in a scrape.
 *
 * <p>Does not belong here: the index of all series (package {@code scrape}), and the recording of values (package {@code meter}).
 *
 * <p>Imports {@code histogram}, {@code shard}, {@code exposition} and {@code settings}.
 */
@NullMarked
package dev.percpu.family;

import org.jspecify.annotations.NullMarked;
