/**
 * From what a client accepts to the format of its scrape. The values themselves are turned into families by {@code meter} and into bytes by
 * the Prometheus client's writers.
 */
@org.jspecify.annotations.NullMarked
package dev.percpu.exposition;
