/**
 * Prometheus families: the name and kind of a family, the series in it with their labels, and the data points of a series in a scrape.
 *
 * <p>Does not belong here: the index of all series (package {@code scrape}), and the recording of values (package {@code meter}).
 *
 * <p>Imports {@code histogram}, {@code shard}, {@code exposition} and {@code settings}.
 */
@NullMarked
package dev.percpu.family;

import org.jspecify.annotations.NullMarked;
