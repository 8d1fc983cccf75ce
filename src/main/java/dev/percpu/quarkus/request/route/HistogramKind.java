package dev.percpu.quarkus.request.route;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** Which buckets the timers of requests have, besides those of service level objectives. */
public enum HistogramKind {
    /** No buckets, as with Quarkus' binder: count, sum and maximum. */
    NONE,
    /** Micrometer's buckets of a percentile histogram. */
    CLASSIC,
    /** A native histogram of Prometheus. */
    NATIVE,
    /** Both, for the time in which a Prometheus is changed over. */
    BOTH;

    /** As it stands in a configuration. */
    public String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Which of the three kinds of histogram it is, the registry is told by its own configuration. */
    Timer.Builder applyTo(Timer.Builder builder, List<Duration> objectives) {
        if (!objectives.isEmpty()) {
            builder.serviceLevelObjectives(objectives.toArray(Duration[]::new));
        }
        return this == NONE ? builder : builder.publishPercentileHistogram();
    }
}
