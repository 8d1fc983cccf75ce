package dev.percpu.shard;

/** A cell of observations of either kind of amount. Thread-safe. */
public sealed interface ObservationCell extends Cell permits LongObservationCell, DoubleObservationCell {}
