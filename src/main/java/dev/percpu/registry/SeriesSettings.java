package dev.percpu.registry;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How many series a registry keeps, and which of them it shows. Immutable.
 *
 * @param max series: what is registered beyond it is recorded into the overflow series of its name, or refused; at least 1
 * @param expireAfter a series into which nothing was recorded for that long is left out of scrapes until something is; at least 1 s; null:
 *     all are always shown
 */
public record SeriesSettings(int max, @Nullable Duration expireAfter) {
    /** 200,000 series, all shown. */
    public static final SeriesSettings DEFAULT = new SeriesSettings(200_000, null);

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    public SeriesSettings {
        if (max < 1) {
            throw new IllegalArgumentException("max is " + max + ", but must be at least 1");
        }
        if (expireAfter != null && expireAfter.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("expireAfter is " + expireAfter + ", but must be at least 1 s");
        }
    }

    /** The same with another bound. */
    public SeriesSettings withMax(int max) {
        return new SeriesSettings(max, expireAfter);
    }

    /** The same with another expiry; null turns it off. */
    public SeriesSettings withExpireAfter(@Nullable Duration expireAfter) {
        return new SeriesSettings(max, expireAfter);
    }

    /**
     * @throws IllegalArgumentException if a value cannot be used, naming key, value and what is allowed
     */
    static SeriesSettings read(Function<String, @Nullable String> lookup) {
        SeriesSettings settings = DEFAULT;
        for (SeriesKey key : SeriesKey.values()) {
            settings = key.configured(settings, lookup);
        }
        return settings;
    }

    static SeriesSettings of(PrometheusConfig config) {
        return config instanceof PerCpuConfig ours ? ours.series() : read(key -> SettingValue.of(config, key));
    }
}
