package dev.percpu.service.ingest;

import dev.percpu.ingest.mapping.MappingFile;
import dev.percpu.ingest.mapping.MappingRules;
import dev.percpu.ingest.mapping.MetricMapper;
import dev.percpu.ingest.statsd.StatsdServer;
import dev.percpu.ingest.statsd.StatsdStatistics;
import dev.percpu.ingest.statsd.TransportException;
import dev.percpu.quarkus.QuarkusSettings;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.settings.ListenAddress;
import dev.percpu.settings.Settings;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The server of StatsD with the settings of the service. Thread-safe. */
final class StatsdListener implements Listener {
    private static final String PROTOCOL = "statsd";
    private static final Duration MAPPING_CHECK = Duration.ofSeconds(1);
    private static final int MAX_RECEIVERS = 64;
    private static final int MAX_TABLE_ENTRIES = 1_000_000;

    /** Every user who reaches the folder of the socket may send. */
    private static final int SOCKET_MODE = 0666;

    private final StatsdServer server;
    private final List<String> names;
    private final long requestedBufferBytes;
    private final @Nullable String mappingPath;
    private final @Nullable MappingFile mapping;

    private StatsdListener(
            StatsdServer server,
            List<String> names,
            long requestedBufferBytes,
            @Nullable String mappingPath,
            @Nullable MappingFile mapping) {
        this.server = server;
        this.names = names;
        this.requestedBufferBytes = requestedBufferBytes;
        this.mappingPath = mappingPath;
        this.mapping = mapping;
    }

    /** @throws ConfigurationException naming the key, if an address, a socket or the mapping cannot be used */
    static Listener open(QuarkusSettings settings, PerCpuMeterRegistry registry) {
        Optional<Path> path = settings.get(Settings.STATSD_MAPPING);
        MappingFile mapping = path.map(StatsdListener::mapping).orElse(null);
        try {
            return open(settings, registry, path.map(Path::toString).orElse(null), mapping);
        } catch (RuntimeException | Error e) {
            if (mapping != null) {
                mapping.close();
            }
            throw e;
        }
    }

    private static MappingFile mapping(Path path) {
        try {
            return new MappingFile(Settings.STATSD_MAPPING.key(), path, MAPPING_CHECK);
        } catch (IllegalArgumentException e) {
            throw new ConfigurationException(e.getMessage());
        }
    }

    private static Listener open(
            QuarkusSettings settings,
            PerCpuMeterRegistry registry,
            @Nullable String mappingPath,
            @Nullable MappingFile mapping) {
        Optional<ListenAddress> address = settings.get(Settings.STATSD_ADDRESS);
        Optional<Path> socket = settings.get(Settings.STATSD_SOCKET);
        long bufferBytes = settings.get(Settings.INGEST_RECEIVE_BUFFER);
        StatsdServer.Options options = new StatsdServer.Options(
                address.map(StatsdListener::resolve).orElse(null),
                settings.get(Settings.INGEST_RECEIVERS)
                        .orElse(Math.min(Runtime.getRuntime().availableProcessors(), MAX_RECEIVERS)),
                Math.toIntExact(bufferBytes),
                socket.orElse(null),
                SOCKET_MODE,
                settings.get(Settings.INGEST_SERIES_PER_SENDER),
                (int) Math.min(2L * settings.get(Settings.SERIES_MAX), MAX_TABLE_ENTRIES));
        MappingRules unmapped = MappingRules.none();
        Supplier<MetricMapper> mappers = mapping == null ? () -> unmapped : mapping::rules;
        StatsdServer server = open(options, registry, mappers, address, socket);
        List<String> names = new ArrayList<>();
        address.ifPresent(it ->
                names.add(new ListenAddress(it.host(), server.port().orElse(it.port())).toString()));
        socket.ifPresent(it -> names.add(it.toString()));
        return new StatsdListener(server, names, address.isPresent() ? bufferBytes : 0, mappingPath, mapping);
    }

    private static InetSocketAddress resolve(ListenAddress address) {
        try {
            return address.resolve();
        } catch (UnknownHostException e) {
            throw new ConfigurationException(Settings.STATSD_ADDRESS + " must have a host with an address, but was "
                    + address + ": " + e.getMessage());
        }
    }

    private static StatsdServer open(
            StatsdServer.Options options,
            PerCpuMeterRegistry registry,
            Supplier<MetricMapper> mappers,
            Optional<ListenAddress> address,
            Optional<Path> socket) {
        try {
            return StatsdServer.open(options, registry, mappers);
        } catch (TransportException e) {
            String refused = switch (e.transport()) {
                case UDP ->
                    Settings.STATSD_ADDRESS + " must be an address that this service can listen on, but was "
                            + address.orElseThrow();
                case UNIX ->
                    Settings.STATSD_SOCKET + " must be a path that this service can listen on, but was "
                            + socket.orElseThrow();
            };
            throw new ConfigurationException(refused + ": " + e.getMessage());
        }
    }

    @Override
    public IngestStatistics statistics() {
        StatsdStatistics now = server.statistics();
        return new IngestStatistics(
                PROTOCOL,
                names,
                now.samples(),
                byLabel(now.rejected(), reason -> reason.label()),
                byLabel(now.ignored(), kind -> kind.label()),
                new IngestStatistics.Packets(
                        now.receivers() - now.failedReceivers(),
                        now.failedReceivers(),
                        requestedBufferBytes,
                        now.grantedBufferBytes(),
                        now.packets(),
                        now.droppedPackets(),
                        mapping == null || mappingPath == null ? null : mapping(mappingPath, mapping.status())),
                null);
    }

    private static <K> Map<String, Long> byLabel(Map<K, Long> counts, Function<K, String> label) {
        return counts.entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(entry -> label.apply(entry.getKey()), Map.Entry::getValue));
    }

    private static IngestStatistics.Mapping mapping(String path, MappingFile.Status status) {
        return new IngestStatistics.Mapping(
                path, status.successes(), status.failures(), status.lastSuccess(), status.failure());
    }

    @Override
    public void close() {
        server.close();
        if (mapping != null) {
            mapping.close();
        }
    }
}
