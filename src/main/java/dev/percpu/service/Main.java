package dev.percpu.service;

import dev.percpu.service.status.StatusCommand;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import org.jboss.logging.Logger;

/** The service's entry point. Logs the URLs when both ports are open, then waits for the signal to stop. */
@QuarkusMain
public class Main implements QuarkusApplication {

    private static final Logger LOG = Logger.getLogger("dev.percpu");

    private final ServiceUrls urls;

    /** Starts the service, or runs a command that needs no server. */
    public static void main(String... arguments) {
        if (List.of(arguments).contains(StatusCommand.OPTION)) {
            System.exit(StatusCommand.run(List.of(arguments)));
        }
        Quarkus.run(Main.class, arguments);
    }

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
