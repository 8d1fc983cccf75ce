/**
 * Prometheus families: the name and type of a family, its series with their labels, and the data points that a series contributes to a
 * scrape.
 *
 * <p>Does not belong here: which families exist (package {@code scrape}), and how a meter records (package {@code meter}).
 *
 * <p>Imports {@code histogram}, {@code shard}, {@code exposition} and {@code settings}.
 */
@NullMarked
package dev.percpu.family;

import org.jspecify.annotations.NullMarked;
