package dev.percpu.registry;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.config.MeterFilter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * A meter registry with a limit on the number of its meters. Meters beyond the limit are not stored. It is a base class of its own, because
 * the limit must wrap every method that lists or announces meters.
 *
 * <p>{@link #getMeters()} and {@link #forEachMeter} include each overflow meter once. Listeners receive no event for an overflow meter, and
 * an overflow meter cannot be removed. The same is true of meters with exact names: Micrometer does not store them, and they can have the id
 * of another meter. Thread-safe.
 */
abstract class BoundedMeterRegistry extends MeterRegistry {
    private final SeriesSettings settings;
    private final SeriesLimit limit;
    private final Map<Meter.Id, Meter> exactMeters = new ConcurrentHashMap<>();
    private final Config config = new BoundedConfig();

    BoundedMeterRegistry(Clock clock, SeriesSettings settings) {
        super(clock);
        this.settings = settings;
        limit = new SeriesLimit(settings.max(), this::isRegistered, this::remove);
    }

    final SeriesSettings settings() {
        return settings;
    }

    final SeriesLimit limit() {
        return limit;
    }

    /** Returns the meters with exact names and their own series, by id. They are listed with the others, but cannot be removed. */
    final Map<Meter.Id, Meter> exactMeters() {
        return exactMeters;
    }

    /** Returns whether a meter has this id. Scans all meters: called once per overflow series. */
    private boolean isRegistered(Meter.Id id) {
        return super.getMeters().stream().anyMatch(meter -> meter.getId().equals(id));
    }

    @Override
    public Config config() {
        return config;
    }

    @Override
    public List<Meter> getMeters() {
        List<Meter> meters = new ArrayList<>();
        forEachMeter(meters::add);
        return Collections.unmodifiableList(meters);
    }

    @Override
    public void forEachMeter(Consumer<? super Meter> consumer) {
        super.forEachMeter(meter -> {
            if (!limit.isPlaceholder(meter)) {
                consumer.accept(meter);
            }
        });
        exactMeters.values().forEach(consumer);
        limit.overflowMeters().forEach(consumer);
    }

    /** A configuration that also adds filters to the limit, and passes no placeholder to listeners. */
    private final class BoundedConfig extends Config {
        @Override
        public synchronized Config meterFilter(MeterFilter filter) {
            limit.addFilter(filter);
            super.meterFilter(filter);
            return this;
        }

        @Override
        public Config onMeterAdded(Consumer<Meter> listener) {
            super.onMeterAdded(unlessPlaceholder(listener));
            return this;
        }

        @Override
        public Config onMeterRemoved(Consumer<Meter> listener) {
            super.onMeterRemoved(unlessPlaceholder(listener));
            return this;
        }

        private Consumer<Meter> unlessPlaceholder(Consumer<Meter> listener) {
            return meter -> {
                if (!limit.isPlaceholder(meter)) {
                    listener.accept(meter);
                }
            };
        }
    }
}
