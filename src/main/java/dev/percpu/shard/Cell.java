package dev.percpu.shard;

/** What a meter records into: behind it there is a cell, or a group of cells, in every shard. Thread-safe. */
public sealed interface Cell permits CounterCell, ObservationCell {}
