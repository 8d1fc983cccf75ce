package dev.percpu.quarkus.request;

import dev.percpu.acceptance.FreePort;
import dev.percpu.registry.PerCpuMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.quarkus.test.junit.QuarkusTestProfile;
import jakarta.enterprise.inject.Alternative;
import jakarta.enterprise.inject.Produces;
import jakarta.enterprise.inject.Typed;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;

/**
 * A test profile with Quarkus' binder and the binder of this project. Both record the same requests, through the chain of metrics that the
 * service configures.
 *
 * <p>Quarkus' binder records to all registries that are beans of type {@code MeterRegistry}. The registry of this project is therefore a
 * bean of another type.
 */
public class BothBinders implements QuarkusTestProfile {

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            return Map.ofEntries(
                    Map.entry("quarkus.micrometer.binder.http-server.enabled", "true"),
                    // Both binders add the label of a port only if the port is configured.
                    Map.entry("quarkus.http.test-port", Integer.toString(FreePort.next())),
                    Map.entry("quarkus.http.test-ssl-port", Integer.toString(FreePort.next())),
                    Map.entry("quarkus.http.ssl.certificate.key-store-file", TestCertificate.keyStore()),
                    Map.entry("quarkus.http.ssl.certificate.key-store-password", TestCertificate.PASSWORD),
                    Map.entry(
                            "quarkus.micrometer.binder.http-server.match-patterns",
                            "/vertx/files/rewritten/[0-9]+=/rewritten/{by}"),
                    Map.entry("quarkus.micrometer.binder.http-server.ignore-patterns", "/vertx/files/ignored/.*"),
                    Map.entry("quarkus.http.auth.basic", "true"),
                    Map.entry("quarkus.http.auth.permission.closed.paths", "/special/closed/*,/vertx/closed/*"),
                    Map.entry("quarkus.http.auth.permission.closed.policy", "authenticated"),
                    Map.entry("quarkus.http.idle-timeout", "2s"),
                    Map.entry("quarkus.http.cors.enabled", "true"),
                    Map.entry("quarkus.http.cors.origins", "http://elsewhere.example"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Set<Class<?>> getEnabledAlternatives() {
        return Set.of(Registries.class);
    }

    /** The registries of both binders. */
    @Alternative
    @Singleton
    public static class Registries {
        @Produces
        @Singleton
        @Typed(PerCpuMeterRegistry.class)
        PerCpuMeterRegistry perCpu() {
            return new PerCpuMeterRegistry();
        }

        @Produces
        @Singleton
        PrometheusMeterRegistry quarkus() {
            return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        }
    }
}
