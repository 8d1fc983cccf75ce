package dev.percpu.registry;

import dev.percpu.histogram.HistogramMode;
import dev.percpu.histogram.NativeHistogramSettings;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The keys of native histograms, {@code percpu.histogram.native.*}. Each may be followed by a dot and the beginning of meter names, whole
 * words of it: {@code percpu.histogram.native.mode.http.server} is for {@code http.server.requests} and not for {@code http.servers}. The
 * longest that fits a meter wins.
 */
public enum NativeHistogramKey {
    /** A {@link HistogramMode}. */
    MODE("mode", "classic, native, both") {
        @Override
        NativeHistogramSettings applied(NativeHistogramSettings to, String value) {
            return to.withMode(HistogramMode.valueOf(value.toUpperCase(Locale.ROOT)));
        }
    },
    /** The finest schema that is used. */
    SCHEMA("schema", "a whole number from -4 to 8") {
        @Override
        NativeHistogramSettings applied(NativeHistogramSettings to, String value) {
            return to.withSchema(Integer.parseInt(value));
        }
    },
    /** The most buckets of full resolution. */
    MAX_BUCKETS("max-buckets", "a whole number from 10 to 2000") {
        @Override
        NativeHistogramSettings applied(NativeHistogramSettings to, String value) {
            return to.withMaxBuckets(Integer.parseInt(value));
        }
    },
    /** Up to which amount all count as 0. */
    ZERO_THRESHOLD("zero-threshold", "auto, or a number above 0, seconds for a timer") {
        @Override
        NativeHistogramSettings applied(NativeHistogramSettings to, String value) {
            if (value.equalsIgnoreCase("auto")) {
                return to.withZeroThreshold(NativeHistogramSettings.AUTO);
            }
            double threshold = Double.parseDouble(value);
            if (threshold == NativeHistogramSettings.AUTO) {
                throw new IllegalArgumentException("0 is no threshold");
            }
            return to.withZeroThreshold(threshold);
        }
    };

    private static final String PREFIX = "percpu.histogram.native.";

    private final String key;
    private final String allowed;

    NativeHistogramKey(String name, String allowed) {
        this.key = PREFIX + name;
        this.allowed = allowed;
    }

    /** As it stands in a configuration, for all meters. */
    public String key() {
        return key;
    }

    /** What a value may be, in words. */
    public String allowed() {
        return allowed;
    }

    /** Whether a value may be this. */
    public boolean allows(String value) {
        return SettingValue.isAllowed(value, it -> applied(NativeHistogramSettings.DEFAULT, it));
    }

    /** The key that a name in a configuration is, with or without the beginning of meter names; null if it is none. */
    public static @Nullable NativeHistogramKey of(String name) {
        for (NativeHistogramKey key : values()) {
            if (name.equals(key.key) || (name.startsWith(key.key + '.') && name.length() > key.key.length() + 1)) {
                return key;
            }
        }
        return null;
    }

    abstract NativeHistogramSettings applied(NativeHistogramSettings to, String value);

    /** The settings with what the configuration says of a meter. */
    public NativeHistogramSettings configured(
            NativeHistogramSettings to, String meterName, Function<String, @Nullable String> lookup) {
        UnaryOperator<String> shorter = name -> name.substring(0, Math.max(0, name.lastIndexOf('.')));
        for (String words = meterName; !words.isEmpty(); words = shorter.apply(words)) {
            String name = key + '.' + words;
            String value = lookup.apply(name);
            if (value != null) {
                return SettingValue.parsed(name, value, allowed, it -> applied(to, it));
            }
        }
        String value = lookup.apply(key);
        return value == null ? to : SettingValue.parsed(key, value, allowed, it -> applied(to, it));
    }

    /**
     * Returns the settings of each meter name, as a registry's configuration has them.
     *
     * @throws IllegalArgumentException if a value for all meters, or of a system property, is not allowed
     */
    static Function<String, NativeHistogramSettings> settings(PrometheusConfig config) {
        Function<String, @Nullable String> lookup = key -> SettingValue.of(config, key);
        settings("", lookup);
        for (String name : System.getProperties().stringPropertyNames()) {
            NativeHistogramKey key = of(name);
            if (key != null) {
                settings(name.substring(Math.min(key.key.length() + 1, name.length())), lookup);
            }
        }
        return config instanceof PerCpuConfig ours ? ours::nativeHistogram : name -> settings(name, lookup);
    }

    /**
     * Returns the settings of one meter.
     *
     * @param lookup returns the value of a key, null if it has none
     * @throws IllegalArgumentException naming key, value and what is allowed
     */
    static NativeHistogramSettings settings(String meterName, Function<String, @Nullable String> lookup) {
        NativeHistogramSettings settings = NativeHistogramSettings.DEFAULT;
        for (NativeHistogramKey key : values()) {
            settings = key.configured(settings, meterName, lookup);
        }
        return settings;
    }
}
