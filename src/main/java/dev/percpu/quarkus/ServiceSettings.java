package dev.percpu.quarkus;

import dev.percpu.registry.NativeHistogramKey;
import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.SeriesKey;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;
import org.jspecify.annotations.Nullable;

/**
 * The configuration under {@code percpu.}, and what Quarkus' own keys say of request metrics, read and checked as a whole. Read by hand and
 * not through a configuration mapping, since those turn any text into a boolean, and name neither the known keys nor, for all types, the
 * allowed values. Immutable.
 *
 * @param values by key, in lower case; a key that is not set has its default
 * @param nativeDirectory the folder that holds the native library, where it is not to be unpacked from the jar
 * @param scrape how scrapes are answered
 * @param requests how requests are recorded
 */
public record ServiceSettings(
        Map<String, String> values, Optional<String> nativeDirectory, ScrapeSettings scrape, RequestSettings requests) {

    /** System property that the library's loader reads, which runs without Quarkus as well. */
    static final String NATIVE_DIRECTORY = "percpu.native.dir";

    private static final String PREFIX = "percpu.";

    /**
     * The Prometheus Java client's key, which Micrometer sets to true. Then counts of timers and summaries have exemplars, and a Prometheus
     * before 2.43, which asks for OpenMetrics by default, refuses the whole scrape for one.
     */
    static final String EXEMPLARS_ON_ALL_TYPES = "io.prometheus.exporter.exemplarsOnAllMetricTypes";

    /** A key and what it may be set to; the first value is the default. */
    private record Key(String name, List<String> allowed) {}

    private static final List<Key> KEYS = List.of(
            new Key(PerCpuConfig.NATIVE_REQUIRED, List.of("true", "false")),
            new Key(PerCpuConfig.RSEQ_MODE, List.of("auto", "atomic")),
            new Key(PerCpuConfig.SHARD_INDEX, List.of("auto", "cpu_id", "mm_cid")),
            new Key(EXEMPLARS_ON_ALL_TYPES, List.of("false", "true")));

    public ServiceSettings {
        values = Map.copyOf(values);
    }

    /**
     * Reads and checks the configuration.
     *
     * @throws ConfigurationException naming each wrong key and value and what is allowed. It has no cause, and Quarkus then prints its
     *     message alone and ends with status 1.
     */
    static ServiceSettings read(Config config) {
        List<String> complaints = new ArrayList<>();
        Map<String, String> values = new HashMap<>();
        for (Key key : KEYS) {
            values.put(key.name, value(config, key, complaints));
        }
        addSeries(config, values, complaints);
        addNativeHistograms(config, values, complaints);
        String directory = config.getConfigValue(NATIVE_DIRECTORY).getValue();
        if (directory != null && directory.isBlank()) {
            complaints.add(NATIVE_DIRECTORY + " is \"" + directory + "\"; allowed: a folder that holds libpercpu.so.");
        }
        ScrapeSettings scrape = ScrapeSettings.read(config, complaints);
        values.putAll(ScrapeSettings.registryValues(config, complaints));
        RequestSettings requests = RequestSettings.read(config, complaints::add);
        requests.registrySettings().forEach(values::putIfAbsent);
        addUnknown(config, complaints);
        if (!complaints.isEmpty()) {
            throw new ConfigurationException("The configuration cannot be used.\n  " + String.join("\n  ", complaints));
        }
        return new ServiceSettings(values, Optional.ofNullable(directory), scrape, requests);
    }

    /** Whether the start ends where the native library cannot be used; otherwise records go through JVM atomics. */
    boolean nativeRequired() {
        return Boolean.parseBoolean(values.get(PerCpuConfig.NATIVE_REQUIRED));
    }

    /** The same for a registry. */
    PerCpuConfig registryConfig() {
        return new PerCpuConfig() {
            @Override
            public @Nullable String get(String key) {
                return values.get(key);
            }

            @Override
            public Properties prometheusProperties() {
                Properties properties = new Properties();
                properties.setProperty(EXEMPLARS_ON_ALL_TYPES, values.getOrDefault(EXEMPLARS_ON_ALL_TYPES, "false"));
                return properties;
            }
        };
    }

    private static String value(Config config, Key key, List<String> complaints) {
        String value = config.getConfigValue(key.name).getValue();
        if (value == null) {
            return key.allowed.getFirst();
        }
        String read = value.strip().toLowerCase(Locale.ROOT);
        if (!key.allowed.contains(read)) {
            complaints.add(key.name + " is \"" + value + "\"; allowed: " + String.join(", ", key.allowed) + ".");
        }
        return read;
    }

    private static void addSeries(Config config, Map<String, String> values, List<String> complaints) {
        for (SeriesKey key : SeriesKey.values()) {
            String value = config.getConfigValue(key.key()).getValue();
            if (value == null) {
                continue;
            }
            values.put(key.key(), value);
            if (!key.allows(value)) {
                complaints.add(key.key() + " is \"" + value + "\"; allowed: " + key.allowed() + ".");
            }
        }
    }

    /** The keys that may go on with the beginning of meter names. */
    private static void addNativeHistograms(Config config, Map<String, String> values, List<String> complaints) {
        Stream<String> forAllMeters = Arrays.stream(NativeHistogramKey.values()).map(NativeHistogramKey::key);
        Stream<String> forSomeMeters = StreamSupport.stream(
                        config.getPropertyNames().spliterator(), false)
                .filter(name -> NativeHistogramKey.of(name) != null);
        Stream.concat(forAllMeters, forSomeMeters).distinct().sorted().forEach(name -> {
            NativeHistogramKey key = NativeHistogramKey.of(name);
            String value = config.getConfigValue(name).getValue();
            if (key == null || value == null) {
                return;
            }
            values.put(name, value);
            if (!key.allows(value)) {
                complaints.add(name + " is \"" + value + "\"; allowed: " + key.allowed() + ".");
            }
        });
    }

    /**
     * Keys that nothing reads are typing errors. Environment variables are left alone: Kubernetes makes some for every service, such as
     * {@code PERCPU_METRICS_PORT}.
     */
    private static void addUnknown(Config config, List<String> complaints) {
        List<String> known = Stream.of(
                        KEYS.stream().map(Key::name),
                        Stream.of(NATIVE_DIRECTORY),
                        ScrapeSettings.KEYS.stream(),
                        RequestSettings.KEYS.stream(),
                        Arrays.stream(SeriesKey.values()).map(SeriesKey::key),
                        Arrays.stream(NativeHistogramKey.values()).map(NativeHistogramKey::key))
                .flatMap(it -> it)
                .toList();
        StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                .filter(name -> name.startsWith(PREFIX)
                        // A list may be set item by item: key[0], key[1].
                        && !known.contains(name.replaceFirst("\\[\\d+]$", ""))
                        && NativeHistogramKey.of(name) == null
                        && !isFromEnvironment(config, name))
                .distinct()
                .sorted()
                .map(name -> name + " is not a key; known: " + known.stream().collect(Collectors.joining(", ")) + ".")
                .forEach(complaints::add);
    }

    private static boolean isFromEnvironment(Config config, String name) {
        String source = config.getConfigValue(name).getSourceName();
        return source != null && source.startsWith("EnvConfigSource");
    }
}
