package dev.percpu.registry;

import dev.percpu.settings.Settings;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a registry's series: how many it keeps, and which a scrape shows. Immutable.
 *
 * @param max largest number of series, at least 1. A meter beyond it records into the overflow series of its name, or nothing.
 * @param expireAfter time without a record after which a scrape leaves a series out, until the next record; at least 1 s, null for never
 */
public record SeriesSettings(int max, @Nullable Duration expireAfter) {
    /** 200,000 series, all shown. */
    public static final SeriesSettings DEFAULT = new SeriesSettings(
            Settings.SERIES_MAX.defaultValue(),
            Settings.SERIES_EXPIRE_AFTER.defaultValue().orElse(null));

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    public SeriesSettings {
        if (max < 1) {
            throw new IllegalArgumentException("max must be at least 1, but was " + max);
        }
        if (expireAfter != null && expireAfter.compareTo(SHORTEST) < 0) {
            throw new IllegalArgumentException("expireAfter must be null or at least 1 s, but was " + expireAfter);
        }
    }
}
