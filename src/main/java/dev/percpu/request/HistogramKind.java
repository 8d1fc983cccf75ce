package dev.percpu.request;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.List;

/** Which buckets the timers of requests have, besides those of service level objectives. */
enum HistogramKind {
    /** No buckets, as with Quarkus' binder: count, sum and maximum. */
    NONE,
    /** Micrometer's buckets of a percentile histogram. */
    CLASSIC;

    Timer.Builder applyTo(Timer.Builder builder, List<Duration> objectives) {
        if (!objectives.isEmpty()) {
            builder.serviceLevelObjectives(objectives.toArray(Duration[]::new));
        }
        return this == CLASSIC ? builder.publishPercentileHistogram() : builder;
    }
}
