package dev.percpu.registry;

import dev.percpu.scrape.FunctionMeterCollector;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import org.jspecify.annotations.Nullable;

/** The setting {@link PerCpuConfig#GAUGE_TIMEOUT}. */
public final class GaugeTimeout {
    private static final int MOST_MILLIS = 60_000;

    /** What is allowed, for complaints. */
    public static final String ALLOWED = "a whole number of milliseconds from 1 to " + MOST_MILLIS;

    private GaugeTimeout() {}

    /**
     * Of a registry's configuration, else of the system property of that name, else the default.
     *
     * @throws IllegalArgumentException naming key, value and what is allowed
     */
    static int millis(PrometheusConfig config) {
        String set = config.get(PerCpuConfig.GAUGE_TIMEOUT);
        String value = set != null ? set : System.getProperty(PerCpuConfig.GAUGE_TIMEOUT);
        if (value != null && !isAllowed(value)) {
            throw new IllegalArgumentException(
                    PerCpuConfig.GAUGE_TIMEOUT + " is '" + value + "', but must be " + ALLOWED);
        }
        return value == null ? FunctionMeterCollector.DEFAULT_LIMIT_MILLIS : Integer.parseInt(value.strip());
    }

    /** Whether that is a value of this setting; null is not. */
    public static boolean isAllowed(@Nullable String value) {
        return value != null
                && value.strip().matches("[0-9]{1,5}")
                && Integer.parseInt(value.strip()) >= 1
                && Integer.parseInt(value.strip()) <= MOST_MILLIS;
    }
}
