/**
 * A Micrometer registry whose meters record into cells and that Prometheus scrapes.
 *
 * <p>{@link dev.percpu.meter.PerCpuMeterRegistry} is the way in. What belongs here: Micrometer's meters on top of cells, what is worked out
 * of cells off the record path (buckets, percentiles, windowed maxima), and how a scrape finds names, labels and values. Recording itself
 * is the matter of {@code dev.percpu.shard}.
 */
@NullMarked
package dev.percpu.meter;

import org.jspecify.annotations.NullMarked;
