package dev.percpu.ingest.mapping;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one mapping file. Immutable and thread-safe.
 *
 * <p>A rule with a glob wins over all rules with regular expressions. A metric that no rule matches keeps its name, in the characters that
 * Prometheus allows.
 */
public final class MappingRules implements MetricMapper {
    static final String DEFAULT_HELP = "Received over StatsD.";

    private static final MappingRules NONE =
            new MappingRules(0, new GlobRules(true), new RegexRules(), ObserverReader.DEFAULTS.options(), null);

    private final int count;
    private final GlobRules globs;
    private final RegexRules regexes;
    private final ObserverOptions observer;
    private final @Nullable Duration expireAfter;

    MappingRules(
            int count, GlobRules globs, RegexRules regexes, ObserverOptions observer, @Nullable Duration expireAfter) {
        this.count = count;
        this.globs = globs;
        this.regexes = regexes;
        this.observer = observer;
        this.expireAfter = expireAfter;
    }

    /** Returns the mapping without a file: no rules, and the defaults of statsd_exporter. */
    public static MappingRules none() {
        return NONE;
    }

    /** Returns the number of rules. */
    public int count() {
        return count;
    }

    @Override
    public MappedMetric map(String name, MetricType type) {
        MappedMetric mapped = globs.map(name, type);
        if (mapped == null) {
            mapped = regexes.map(name, type);
        }
        return mapped == null ? unmapped(name) : mapped;
    }

    private MappedMetric unmapped(String name) {
        return new MappedMetric(
                false, MetricNames.escape(name), DEFAULT_HELP, Map.of(), false, 1, observer, expireAfter);
    }
}
