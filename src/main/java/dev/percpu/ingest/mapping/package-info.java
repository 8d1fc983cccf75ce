/**
 * The mapping of received metrics to Prometheus families: names, labels, and the form of distributions, by the files of statsd_exporter. It
 * names no framework and no meter.
 *
 * <p>What belongs here: the YAML of a file with the line of each error, globs, regular expressions, templates, and reading a file again
 * after a change. What does not: the protocols of received metrics, and series.
 *
 * <p>May import {@code settings}. It alone uses SnakeYAML and RE2/J.
 */
@NullMarked
package dev.percpu.ingest.mapping;

import org.jspecify.annotations.NullMarked;
