package dev.percpu.service.ingest;

import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.settings.ListenAddress;
import dev.percpu.settings.Settings;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Ingest as a part of the service: it starts when the registry is there, and ends after the delay of a graceful end. Thread-safe.
 *
 * <p>In dev mode, each reload ends it and starts it again.
 */
@Singleton
public class IngestService {
    private final QuarkusSettings settings;
    private final RseqStatus status;
    private final PerCpuMeterRegistry registry;
    private final OtlpRoute otlp;
    private final boolean configured;
    private volatile @Nullable Listener statsd;

    IngestService(QuarkusSettings settings, RseqStatus status, PerCpuMeterRegistry registry, OtlpRoute otlp) {
        this.settings = settings;
        this.status = status;
        this.registry = registry;
        this.otlp = otlp;
        this.configured = settings.get(Settings.STATSD_ADDRESS).isPresent()
                || settings.get(Settings.STATSD_SOCKET).isPresent();
    }

    /** @throws ConfigurationException naming the key, if an address, a socket or the mapping cannot be used */
    void start(@Observes StartupEvent started) {
        if (configured) {
            checkLibrary();
            statsd = StatsdListener.open(settings, registry);
        }
        if (!statistics().isEmpty()) {
            registry.getPrometheusRegistry().register(new IngestCollector(this::statistics));
        }
    }

    private void checkLibrary() {
        if (!status.nativeLibrary()) {
            Optional<ListenAddress> address = settings.get(Settings.STATSD_ADDRESS);
            String setting = address.isPresent()
                    ? Settings.STATSD_ADDRESS + " must be off without the native library, but was " + address.get()
                    : Settings.STATSD_SOCKET + " must not be set without the native library, but was "
                            + settings.get(Settings.STATSD_SOCKET).orElseThrow();
            throw new ConfigurationException(setting + ": " + status.reason());
        }
    }

    void stop(@Observes ShutdownEvent stopped) {
        Listener open = statsd;
        if (open != null) {
            open.close();
        }
    }

    /** Returns whether packets are received, or ingest is off. */
    public boolean isReady() {
        return !configured || statsd != null;
    }

    /** Returns the counts of each protocol that is on. */
    public List<IngestStatistics> statistics() {
        return Stream.concat(Stream.ofNullable(statsd).map(Listener::statistics), otlp.statistics().stream())
                .toList();
    }
}
