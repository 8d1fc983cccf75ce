package dev.percpu.quarkus;

import dev.percpu.settings.Compression;
import dev.percpu.settings.Settings;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The settings of scrapes. Immutable.
 *
 * @param compression compression for clients that accept gzip
 * @param maxConcurrent largest number of scrapes at the same time, at least 1
 * @param timeout longest time of one scrape, at least 1 s; a client may request a shorter time
 */
public record ScrapeSettings(Compression compression, int maxConcurrent, Duration timeout) {
    /**
     * Reads the settings.
     *
     * @param configuration returns the text of a key, or null if the key is not set
     * @throws IllegalArgumentException if a value is not allowed, naming key, allowed values and value
     */
    public static ScrapeSettings read(Function<String, @Nullable String> configuration) {
        return new ScrapeSettings(
                Settings.SCRAPE_COMPRESSION.read(configuration),
                Settings.SCRAPE_MAX_CONCURRENT.read(configuration),
                Settings.SCRAPE_TIMEOUT.read(configuration));
    }
}
