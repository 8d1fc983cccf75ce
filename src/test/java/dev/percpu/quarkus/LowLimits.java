package dev.percpu.quarkus;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.time.Duration;
import java.util.Map;

/** Limits that tests reach: few connections that may be idle for 2 seconds, two concurrent scrapes, compression, and no page. */
public class LowLimits implements QuarkusTestProfile {

    public static final int MAX_CONNECTIONS = 60;

    public static final Duration GAUGE_TIMEOUT = Duration.ofSeconds(5);

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "quarkus.http.limits.max-connections", Integer.toString(MAX_CONNECTIONS),
                "quarkus.http.idle-timeout", "2s",
                "percpu.page.enabled", "false",
                "percpu.page.requests", "false",
                "percpu.scrape.max-concurrent", "2",
                "percpu.scrape.compression", "fast",
                "percpu.scrape.gauge-timeout", GAUGE_TIMEOUT.toSeconds() + "s");
    }
}
