package dev.percpu.scrape;

import io.prometheus.metrics.model.snapshots.Labels;

/** The labels that a scrape by shard adds to the samples of each shard. Thread-safe. */
public interface ShardNaming {
    /** Returns the labels of a per-CPU shard. They have the same names as {@link #shared()}. */
    Labels of(int shard);

    /** Returns the labels of the shared shard, which holds the records that could not be committed in a per-CPU shard. */
    Labels shared();

    /** Returns the text that is appended to the help text of each family; may be empty. */
    String helpSuffix();
}
