package dev.percpu.quarkus;

import dev.percpu.registry.GaugeTimeout;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.scrape.Compression;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.Config;

/**
 * How scrapes are answered.
 *
 * @param compression for clients that take gzip
 * @param maxConcurrent scrapes that may go on at once, 1 or more
 * @param timeout the longest that one may take, above 0; less where the client says so
 */
public record ScrapeSettings(Compression compression, int maxConcurrent, Duration timeout) {

    static final String COMPRESSION = "percpu.scrape.compression";
    public static final String MAX_CONCURRENT = "percpu.scrape.max-concurrent";
    static final String TIMEOUT = "percpu.scrape.timeout";

    static final List<String> KEYS = List.of(COMPRESSION, MAX_CONCURRENT, TIMEOUT, PerCpuConfig.GAUGE_TIMEOUT);

    public static final ScrapeSettings DEFAULT = new ScrapeSettings(Compression.OFF, 4, Duration.ofSeconds(60));

    /**
     * Reads the keys above; one that is not set has its default.
     *
     * @param complaints gets a sentence for each wrong value
     */
    static ScrapeSettings read(Config config, List<String> complaints) {
        return new ScrapeSettings(
                compression(config, complaints),
                number(config, MAX_CONCURRENT, DEFAULT.maxConcurrent, 1000, "a whole number", complaints),
                Duration.ofSeconds(number(
                        config,
                        TIMEOUT,
                        (int) DEFAULT.timeout.toSeconds(),
                        3600,
                        "a whole number of seconds",
                        complaints)));
    }

    /** What the registry is to be told of these keys, if anything. */
    static Map<String, String> registryValues(Config config, List<String> complaints) {
        String value = config.getConfigValue(PerCpuConfig.GAUGE_TIMEOUT).getValue();
        if (value == null) {
            return Map.of();
        }
        if (!GaugeTimeout.isAllowed(value)) {
            complaints.add(
                    PerCpuConfig.GAUGE_TIMEOUT + " is \"" + value + "\"; allowed: " + GaugeTimeout.ALLOWED + ".");
        }
        return Map.of(PerCpuConfig.GAUGE_TIMEOUT, value);
    }

    private static Compression compression(Config config, List<String> complaints) {
        String value = config.getConfigValue(COMPRESSION).getValue();
        if (value == null) {
            return DEFAULT.compression;
        }
        for (Compression compression : Compression.values()) {
            if (name(compression).equals(value.strip().toLowerCase(Locale.ROOT))) {
                return compression;
            }
        }
        complaints.add(COMPRESSION + " is \"" + value + "\"; allowed: "
                + Arrays.stream(Compression.values()).map(ScrapeSettings::name).collect(Collectors.joining(", "))
                + ".");
        return DEFAULT.compression;
    }

    private static String name(Compression compression) {
        return compression.name().toLowerCase(Locale.ROOT);
    }

    private static int number(Config config, String key, int unset, int most, String what, List<String> complaints) {
        String value = config.getConfigValue(key).getValue();
        if (value == null) {
            return unset;
        }
        try {
            int number = Integer.parseInt(value.strip());
            if (number >= 1 && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // complained about below, as a number out of range is
        }
        complaints.add(key + " is \"" + value + "\"; allowed: " + what + " from 1 to " + most + ".");
        return unset;
    }
}
