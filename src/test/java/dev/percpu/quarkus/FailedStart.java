package dev.percpu.quarkus;

import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.main.LaunchResult;
import io.quarkus.test.junit.main.QuarkusMainLauncher;
import java.util.Map;

/** Starts that end at once. The settings are system properties, so that all such tests share one application. */
public class FailedStart implements QuarkusTestProfile {

    /** Starts the service with these settings in place of what the system properties were. */
    static LaunchResult launch(QuarkusMainLauncher launcher, Map<String, String> settings) {
        settings.forEach(System::setProperty);
        try {
            return launcher.launch();
        } finally {
            settings.keySet().forEach(System::clearProperty);
        }
    }
}
