package dev.percpu.service;

import io.quarkus.runtime.configuration.ConfigurationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.eclipse.microprofile.config.Config;

/**
 * The configuration under {@code percpu.}, checked as a whole. Read by hand and not through a configuration mapping, since those turn any
 * text into a boolean, and name neither the known keys nor the allowed values. Immutable.
 *
 * @param nativeRequired whether the start ends when the native library cannot be used; otherwise records go through JVM atomics
 */
record ServiceSettings(boolean nativeRequired) {

    /** A key, its default and what it may be set to. */
    private enum Key {
        NATIVE_REQUIRED("percpu.native.required", "true", List.of("true", "false"));

        private final String key;
        private final String standard;
        private final List<String> allowed;

        Key(String key, String standard, List<String> allowed) {
            this.key = key;
            this.standard = standard;
            this.allowed = allowed;
        }
    }

    /** Read by the library's loader, which also runs without Quarkus, and only as a system property. */
    private static final String NATIVE_DIRECTORY = "percpu.native.dir";

    private static final String PREFIX = "percpu.";

    /**
     * Reads and checks the configuration.
     *
     * @throws ConfigurationException naming each wrong key and value and what is allowed. It has no cause, and Quarkus then prints its
     *     message alone and ends with status 1.
     */
    static ServiceSettings read(Config config) {
        List<String> complaints = new ArrayList<>();
        boolean nativeRequired = Boolean.parseBoolean(value(config, Key.NATIVE_REQUIRED, complaints));
        unknown(config, complaints);
        if (!complaints.isEmpty()) {
            throw new ConfigurationException(
                    "The configuration cannot be used.\n" + complaints.stream().map(c -> "  " + c).collect(Collectors.joining("\n")));
        }
        return new ServiceSettings(nativeRequired);
    }

    private static String value(Config config, Key key, List<String> complaints) {
        String value = config.getConfigValue(key.key).getValue();
        if (value == null) {
            return key.standard;
        }
        String read = value.strip().toLowerCase(Locale.ROOT);
        if (!key.allowed.contains(read)) {
            complaints.add(key.key + " is \"" + value + "\"; allowed: " + String.join(", ", key.allowed) + ". Default: " + key.standard
                    + ".");
        }
        return read;
    }

    /**
     * Keys that nothing reads are typing errors. Environment variables are left alone: Kubernetes makes some for every service, such as
     * {@code PERCPU_METRICS_PORT}.
     */
    private static void unknown(Config config, List<String> complaints) {
        String known = Arrays.stream(Key.values()).map(key -> key.key).collect(Collectors.joining(", "));
        StreamSupport.stream(config.getPropertyNames().spliterator(), false)
                .filter(name -> name.startsWith(PREFIX) && !isKnown(name) && !isFromEnvironment(config, name))
                .distinct()
                .sorted()
                .forEach(name -> complaints.add(name + " is not a key. Known: " + known + "; as a system property also "
                        + NATIVE_DIRECTORY + "."));
    }

    private static boolean isFromEnvironment(Config config, String name) {
        String source = config.getConfigValue(name).getSourceName();
        return source != null && source.startsWith("EnvConfigSource");
    }

    private static boolean isKnown(String name) {
        return name.equals(NATIVE_DIRECTORY) || Arrays.stream(Key.values()).anyMatch(key -> key.key.equals(name));
    }
}
