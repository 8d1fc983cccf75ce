package dev.percpu.service.ingest;

import io.quarkus.test.junit.QuarkusTestProfile;
import java.util.Map;

/** OTLP with a token, small bodies, a short time for them, and the reduced limit on bodies of other endpoints. */
public class OtlpProfile implements QuarkusTestProfile {
    static final String TOKEN = "secret token";
    static final int MAX_BODY = 64 * 1024;
    static final int BODY_MILLIS = 2_000;

    @Override
    public Map<String, String> getConfigOverrides() {
        return Map.of(
                "percpu.ingest.otlp.enabled", "true",
                "percpu.ingest.token", TOKEN,
                "percpu.ingest.otlp.max-body", MAX_BODY / 1024 + "K",
                "percpu.ingest.otlp.body-timeout", BODY_MILLIS + "ms",
                "percpu.ingest.otlp.max-concurrent", "4",
                "percpu.ingest.otlp.max-streams", "50",
                "quarkus.http.limits.max-body-size", "32K");
    }
}
