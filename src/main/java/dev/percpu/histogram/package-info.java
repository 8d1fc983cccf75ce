/**
 * Bucket mathematics of classic and native histograms: which buckets a meter publishes, which cells it records into, and how published
 * counts are computed from cell counts.
 *
 * <p>Does not belong here: meters, labels and text.
 *
 * <p>Imports {@code shard} and {@code settings}.
 */
@NullMarked
package dev.percpu.histogram;

import org.jspecify.annotations.NullMarked;
