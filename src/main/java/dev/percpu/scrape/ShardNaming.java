package dev.percpu.scrape;

import io.prometheus.metrics.model.snapshots.Labels;

/** How the shards of a registry are called in a scrape by shard. Thread-safe. */
public interface ShardNaming {
    /** The labels of a per-CPU shard; with the same names as {@link #shared()}. */
    Labels of(int shard);

    /** The labels of the shard that takes what no per-CPU shard can. */
    Labels shared();

    /** What is added to the help text of every family; may be empty. */
    String remark();
}
