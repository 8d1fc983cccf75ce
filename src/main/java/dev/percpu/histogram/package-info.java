/**
 * Bucket mathematics of classic and native histograms. It determines which cells a meter records into, which buckets it publishes, and how
 * the counts of buckets are computed from those of cells.
 *
 * <p>Does not belong here: meters, labels and text.
 *
 * <p>Imports {@code shard} and {@code settings}.
 */
@NullMarked
package dev.percpu.histogram;

import org.jspecify.annotations.NullMarked;
