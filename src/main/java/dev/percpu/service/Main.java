package dev.percpu.service;

import dev.percpu.ingest.statsd.CheckMapping;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.service.ingest.IngestService;
import dev.percpu.service.ingest.IngestStatistics;
import dev.percpu.service.status.ServiceUrls;
import dev.percpu.service.status.StatusCommand;
import io.quarkus.bootstrap.runner.RunnerClassLoader;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.QuarkusApplication;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.util.List;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** The service's entry point. Logs one line when both ports are open, then waits for the signal to stop. */
@QuarkusMain
public class Main implements QuarkusApplication {

    private final ServiceUrls urls;
    private final RseqStatus status;
    private final PerCpuMeterRegistry registry;
    private final IngestService ingest;

    /** Starts the service, or runs a command that needs no server. */
    public static void main(String... arguments) {
        if (List.of(arguments).contains(StatusCommand.OPTION)) {
            System.exit(StatusCommand.run(List.of(arguments)));
        }
        if (List.of(arguments).contains(CheckMapping.OPTION)) {
            System.exit(CheckMapping.run(List.of(arguments)));
        }
        StartAhead.begin();
        PerCpuMeterRegistry.prepareInBackground();
        Quarkus.run(Main.class, arguments);
    }

    Main(ServiceUrls urls, RseqStatus status, PerCpuMeterRegistry registry, IngestService ingest) {
        this.urls = urls;
        this.status = status;
        this.registry = registry;
        this.ingest = ingest;
    }

    @Override
    public int run(String... arguments) {
        // Not a static logger: it would delay the start of the background thread.
        Logger.getLogger("dev.percpu")
                .info(urls.line()
                        + ingest.statistics().stream()
                                .map(protocol -> ", " + listenersOf(protocol))
                                .collect(Collectors.joining())
                        + "; "
                        + rseq(status, registry.statistics().shards().size()));
        closeArchives();
        Quarkus.waitForExit();
        return 0;
    }

    /** Closes the archives that the start has opened: their directories are in memory. Quarkus does so only for programs without a {@code run}. */
    private static void closeArchives() {
        if (Thread.currentThread().getContextClassLoader() instanceof RunnerClassLoader loader) {
            loader.resetInternalCaches();
        }
    }

    /** Returns the addresses and sockets of a protocol: {@code statsd 127.0.0.1:8125 and /run/statsd.socket}. */
    static String listenersOf(IngestStatistics protocol) {
        return protocol.protocol() + " " + String.join(" and ", protocol.listeners());
    }

    /** Returns the state of rseq in plain words: {@code rseq on (glibc), 2 shards}. */
    static String rseq(RseqStatus status, int shards) {
        return mode(status) + ", " + shards + (shards == 1 ? " shard" : " shards");
    }

    private static String mode(RseqStatus status) {
        if (!status.active()) {
            return "rseq off (" + status.reason() + ")";
        }
        return switch (status.owner()) {
            case LIBC -> "rseq on (" + status.host().libc().name() + ")";
            case LEGACY -> "rseq on (another library)";
            default -> "rseq on (registered by this service)";
        };
    }
}
