package dev.percpu.settings;

import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A check of all values, and of all keys below {@code percpu.}. An unknown key is reported as an error. Stateless.
 *
 * <p>Environment variables are compared in upper case and with underscores: {@code PERCPU_SERIES_MAX} sets {@code percpu.series.max}.
 * Variables that Kubernetes adds for a service are ignored, such as {@code PERCPU_METRICS_PORT} for the service {@code percpu-metrics}.
 */
public final class SettingsCheck {
    /** The begin of all keys of this project. */
    public static final String PREFIX = "percpu.";

    /** Host and ports of a service, {@code PERCPU_METRICS_SERVICE_HOST}, and Docker's links, {@code PERCPU_METRICS_PORT_9000_TCP}. */
    private static final Pattern FROM_KUBERNETES = Pattern.compile("PERCPU_(.*_)?(PORT|PORT_.*|SERVICE_.*)");

    private final Function<String, @Nullable String> configuration;
    private final Set<String> errors = new LinkedHashSet<>();

    private SettingsCheck(Function<String, @Nullable String> configuration) {
        this.configuration = configuration;
    }

    /**
     * Returns a message for each value that is not allowed and for each unknown key.
     *
     * @param configuration returns the text of a key, or null if the key is not set
     * @param names all names in the configuration, in any order; names of other software are ignored
     * @param isVariable returns whether a name comes from the environment
     */
    public static List<String> errors(
            Function<String, @Nullable String> configuration, Collection<String> names, Predicate<String> isVariable) {
        SettingsCheck check = new SettingsCheck(configuration);
        for (Setting<?> setting : Settings.ALL) {
            check.collect(() -> setting.check(configuration));
        }
        for (String name : own(names)) {
            if (isVariable.test(name)) {
                check.variable(name, Setting.variable(name));
            } else {
                check.key(name);
            }
        }
        return List.copyOf(check.errors);
    }

    /**
     * Returns a message for each unknown key.
     *
     * @param names names that do not come from the environment, such as those of system properties
     */
    public static List<String> unknownKeys(Collection<String> names) {
        return errors(name -> null, names, name -> false);
    }

    /** Returns the names that can be keys or variables of this project, sorted. The other names, hundreds, are not looked at. */
    private static SortedSet<String> own(Collection<String> names) {
        SortedSet<String> own = new TreeSet<>();
        for (String name : names) {
            if (name.regionMatches(true, 0, PREFIX, 0, PREFIX.length() - 1)) {
                own.add(name);
            }
        }
        return own;
    }

    private void key(String name) {
        if (!name.startsWith(PREFIX)) {
            return;
        }
        Optional<Setting<?>> known = Settings.find(name);
        if (known.isEmpty()) {
            errors.add(name + " is not a known key; the most similar key is " + mostSimilar(Setting.variable(name)));
        } else if (known.get() instanceof MeterSetting<?> setting && setting.isKeyForMeters(name)) {
            checkValue(setting, name, name);
        }
    }

    /** @param name name in the configuration: the variable, or a key that the configuration derives from it */
    private void variable(String name, String variable) {
        if (!variable.startsWith(Setting.variable(PREFIX))
                || Settings.ALL.stream().anyMatch(setting -> setting.isVariable(variable))
                || FROM_KUBERNETES.matcher(variable).matches()) {
            return;
        }
        Optional<MeterSetting<?>> setting = forMeters(variable);
        if (setting.isPresent()) {
            checkValue(setting.get(), variable, name);
        } else {
            errors.add("the environment variable " + variable + " is not a known key; the most similar key is "
                    + Setting.variable(mostSimilar(variable)));
        }
    }

    private static Optional<MeterSetting<?>> forMeters(String variable) {
        for (Setting<?> setting : Settings.ALL) {
            if (setting instanceof MeterSetting<?> found && found.isVariableForMeters(variable)) {
                return Optional.of(found);
            }
        }
        return Optional.empty();
    }

    private void checkValue(Setting<?> setting, String shownName, String name) {
        String value = configuration.apply(name);
        if (value != null) {
            collect(() -> setting.parse(shownName, value));
        }
    }

    private void collect(Runnable check) {
        try {
            check.run();
        } catch (IllegalArgumentException e) {
            errors.add(String.valueOf(e.getMessage()));
        }
    }

    private static String mostSimilar(String variable) {
        return Settings.ALL.stream()
                .filter(setting -> setting.key().startsWith(PREFIX))
                .min(Comparator.comparingInt(setting -> distance(setting, variable)))
                .orElseThrow()
                .key();
    }

    private static int distance(Setting<?> setting, String variable) {
        int[] distances = EditDistance.toPrefixes(Setting.variable(setting.key()), variable);
        int distance = distances[variable.length()];
        if (setting instanceof MeterSetting<?>) {
            // The rest can be the name of a meter.
            for (int i = variable.indexOf('_'); i >= 0; i = variable.indexOf('_', i + 1)) {
                distance = Math.min(distance, distances[i]);
            }
        }
        return distance;
    }
}
