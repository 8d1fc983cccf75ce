package dev.percpu.spring;

import dev.percpu.settings.Settings;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * The condition that this registry is enabled, and the export to Prometheus too. Stateless.
 *
 * <p>Boot's own annotation for the latter has another package in each version.
 */
final class OnExportEnabled extends SpringBootCondition {
    private static final String OF_PROMETHEUS = "management.prometheus.metrics.export.enabled";
    private static final String OF_ALL = "management.defaults.metrics.export.enabled";

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Environment environment = context.getEnvironment();
        if (!EnvironmentSettings.isEnabled(environment)) {
            return ConditionOutcome.noMatch(Settings.METRICS_ENABLED.key() + " is false");
        }
        boolean exported = isExported(environment);
        return new ConditionOutcome(exported, key(environment) + " is " + exported);
    }

    /** Returns whether the export to Prometheus is enabled. */
    static boolean isExported(Environment environment) {
        return environment.getProperty(key(environment), Boolean.class, true);
    }

    private static String key(Environment environment) {
        return environment.containsProperty(OF_PROMETHEUS) ? OF_PROMETHEUS : OF_ALL;
    }
}
