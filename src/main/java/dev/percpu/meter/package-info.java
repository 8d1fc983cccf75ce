/**
 * The Micrometer meters that applications hold: counter, timer and summary, with their time windows, percentiles, exemplars and expiry.
 *
 * <p>Does not belong here: registering a meter (package {@code registry}), and collecting it in a scrape (package {@code scrape}).
 *
 * <p>Imports {@code family}, {@code histogram}, {@code shard}, {@code exposition} and {@code settings}.
 */
@NullMarked
package dev.percpu.meter;

import org.jspecify.annotations.NullMarked;
