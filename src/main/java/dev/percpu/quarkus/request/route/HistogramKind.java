package dev.percpu.quarkus.request.route;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** The kind of histogram that the timers of HTTP requests publish, besides the buckets of service level objectives. */
public enum HistogramKind {
    /** No histogram: count, sum and maximum only, like Quarkus' binder. */
    NONE,
    /** The classic buckets of Micrometer's percentile histogram. */
    CLASSIC,
    /** A Prometheus native histogram. */
    NATIVE,
    /** Classic buckets and a native histogram, for the time of a migration. */
    BOTH;

    /** Returns the name of this kind in the configuration. */
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Adds the buckets to a timer. The registry's own configuration decides whether its percentile histograms are classic, native or both.
     *
     * @param objectives upper bounds of additional classic buckets
     */
    Timer.Builder applyTo(Timer.Builder builder, List<Duration> objectives) {
        if (!objectives.isEmpty()) {
            builder.serviceLevelObjectives(objectives.toArray(Duration[]::new));
        }
        return this == NONE ? builder : builder.publishPercentileHistogram();
    }
}
