/**
 * The route {@code /q/metrics} on the management port: limits, streaming and cancellation of scrapes.
 *
 * <p>Does not belong here: the content of a scrape (package {@code scrape}).
 *
 * <p>Imports {@code quarkus}, {@code registry} and the packages below it.
 */
@NullMarked
package dev.percpu.quarkus.metrics;

import org.jspecify.annotations.NullMarked;
