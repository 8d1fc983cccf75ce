/**
 * One scrape, from cells to bytes: the index of series, the writers of all formats, external collectors, user callbacks with a time limit,
 * and content negotiation. Start with {@link dev.percpu.scrape.ScrapeWriter}. {@link dev.percpu.scrape.SeriesIndex} has the series, and
 * {@link dev.percpu.scrape.FunctionMeterCollector} calls user code.
 *
 * <p>Does not belong here: HTTP servers and framework types (package {@code quarkus}).
 *
 * <p>Imports {@code meter}, {@code family}, {@code shard}, {@code exposition} and {@code settings}.
 */
@NullMarked
package dev.percpu.scrape;

import org.jspecify.annotations.NullMarked;
