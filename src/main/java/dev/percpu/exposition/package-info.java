/**
 * The formats of a scrape: which of them a client gets, and the bytes of the two text formats, which are those that the Prometheus client's
 * writers make of the same values. What has values is {@code meter}'s business.
 */
@org.jspecify.annotations.NullMarked
package dev.percpu.exposition;
