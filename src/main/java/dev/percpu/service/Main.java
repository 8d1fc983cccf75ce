package dev.percpu.service;

import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import org.jboss.logging.Logger;

/** The service's entry point. Logs the URLs when both ports are open, then waits for the signal to stop. */
@QuarkusMain
public class Main implements QuarkusApplication {

    private static final Logger LOG = Logger.getLogger("dev.percpu");

    private final ServiceUrls urls;

    Main(ServiceUrls urls) {
        this.urls = urls;
    }

    @Override
    public int run(String... arguments) {
        urls.lines().forEach(LOG::info);
        Quarkus.waitForExit();
        return 0;
    }
}
