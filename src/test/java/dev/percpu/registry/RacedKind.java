package dev.percpu.registry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Kinds of meters for race tests: how to look one up, record once, and find its sample. */
enum RacedKind {
    COUNTER("_total") {
        @Override
        Meter of(MeterRegistry registry, String name, String tag) {
            return registry.counter(name, "k", tag);
        }

        @Override
        void record(Meter meter) {
            ((Counter) meter).increment();
        }

        @Override
        double value(Meter meter) {
            return ((Counter) meter).count();
        }
    },
    TIMER("_seconds_count") {
        @Override
        Meter of(MeterRegistry registry, String name, String tag) {
            return registry.timer(name, "k", tag);
        }

        @Override
        void record(Meter meter) {
            ((Timer) meter).record(1, TimeUnit.SECONDS);
        }

        @Override
        double value(Meter meter) {
            return ((Timer) meter).count();
        }
    },
    SUMMARY("_count") {
        @Override
        Meter of(MeterRegistry registry, String name, String tag) {
            return DistributionSummary.builder(name)
                    .tag("k", tag)
                    .serviceLevelObjectives(1, 2)
                    .register(registry);
        }

        @Override
        void record(Meter meter) {
            ((DistributionSummary) meter).record(1);
        }

        @Override
        double value(Meter meter) {
            return ((DistributionSummary) meter).count();
        }
    },
    /** Each gauge has a different value, so that a scrape identifies the gauge it shows. */
    GAUGE("") {
        @Override
        Meter of(MeterRegistry registry, String name, String tag) {
            double value = LAST.incrementAndGet();
            return Gauge.builder(name, () -> value).tag("k", tag).register(registry);
        }

        @Override
        void record(Meter meter) {}

        @Override
        double value(Meter meter) {
            return ((Gauge) meter).value();
        }
    };

    private static final AtomicLong LAST = new AtomicLong();

    private final String suffix;

    RacedKind(String suffix) {
        this.suffix = suffix;
    }

    /** Looks the meter up and registers it if it is missing. */
    abstract Meter of(MeterRegistry registry, String name, String tag);

    /** Adds 1 to the value, except for a gauge. */
    abstract void record(Meter meter);

    abstract double value(Meter meter);

    /** Returns the sample name of the value. */
    String sample(String name, String tag) {
        return name + suffix + "{k=\"" + tag + "\"}";
    }
}
