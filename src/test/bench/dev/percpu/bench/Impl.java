package dev.percpu.bench;

import dev.percpu.registry.PerCpuConfig;
import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.rseq.AreaOwner;
import dev.percpu.rseq.CommitMode;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.settings.Settings;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.util.Map;

/** The names of the compared implementations, and factories of the registries among them. Stateless. */
final class Impl {
    static final String PERCPU = "percpu";
    static final String PERCPU_SELF = "percpu-self";
    static final String PERCPU_ATOMIC = "percpu-atomic";
    static final String MICROMETER = "micrometer";
    static final String MICROMETER_NEXT = "micrometer-next";
    static final String MICROMETER_SIMPLECLIENT = "micrometer-simpleclient";
    static final String QUARKUS = "quarkus";
    static final String CLIENT_JAVA = "client_java";
    static final String OTEL = "otel";
    /** The classes that OpenTelemetry generates from its protocol. */
    static final String OTEL_PROTO = "opentelemetry-proto";

    static final String HDR = "hdr";
    static final String LONGADDER = "longadder";
    static final String ATOMICLONG = "atomiclong";
    static final String FLOOR = "floor";
    static final String EMPTY = "empty";

    /** Version of {@link #MICROMETER_NEXT}, as in the names of its files. */
    static final String NEXT_VERSION = "1.18.0-M1";

    /** Version of {@link #OTEL}, as in the names of its files. */
    static final String OTEL_VERSION = "1.66.0";

    private Impl() {}

    /**
     * Opens a registry with the default configuration.
     *
     * @param impl name of an implementation that is a Micrometer registry
     * @throws IllegalStateException if this JVM does not run that implementation, for example another version or mode
     */
    static MeterRegistry open(String impl) {
        return open(impl, PerCpuConfig.DEFAULT);
    }

    /** Opens a registry with the kind of histogram that the shape needs. */
    static MeterRegistry open(String impl, Shape shape) {
        Map<String, String> settings = Map.of(
                Settings.HISTOGRAM_MODE.key(),
                shape.isNative() ? "native" : "classic",
                Settings.HISTOGRAM_MAX_BUCKETS.key(),
                Integer.toString(shape.maxBuckets()));
        return open(impl, settings::get);
    }

    @SuppressWarnings("deprecation") // a peer is deprecated
    private static MeterRegistry open(String impl, PerCpuConfig config) {
        return switch (impl) {
            case PERCPU, PERCPU_SELF, PERCPU_ATOMIC -> openPerCpu(impl, config);
            case MICROMETER, MICROMETER_NEXT -> openMicrometer(impl);
            case MICROMETER_SIMPLECLIENT ->
                new io.micrometer.prometheus.PrometheusMeterRegistry(io.micrometer.prometheus.PrometheusConfig.DEFAULT);
            default -> throw new IllegalArgumentException("impl must be the name of a registry, but was " + impl);
        };
    }

    private static MeterRegistry openPerCpu(String impl, PerCpuConfig config) {
        MeterRegistry registry = new PerCpuMeterRegistry(config);
        RseqStatus status = RseqProbe.status();
        CommitMode mode = impl.equals(PERCPU_ATOMIC) ? CommitMode.ATOMIC : CommitMode.RSEQ;
        if (status.mode() != mode || (impl.equals(PERCPU_SELF) && status.owner() != AreaOwner.SELF)) {
            throw new IllegalStateException(
                    impl + " must run in mode " + mode + (impl.equals(PERCPU_SELF) ? " with owner SELF" : "")
                            + ", but was in mode " + status.mode() + " with owner " + status.owner());
        }
        return registry;
    }

    private static MeterRegistry openMicrometer(String impl) {
        String file = MeterRegistry.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath();
        if (file.contains(NEXT_VERSION) != impl.equals(MICROMETER_NEXT)) {
            throw new IllegalStateException("The class path must contain the version of " + impl + ", but was " + file);
        }
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    /** Scrapes the registry in the text format 0.0.4 and discards the output. */
    @SuppressWarnings("deprecation") // a peer is deprecated
    static void scrape(MeterRegistry registry) {
        try {
            switch (registry) {
                case PerCpuMeterRegistry percpu -> percpu.scrape(OutputStream.nullOutputStream());
                case PrometheusMeterRegistry peer -> peer.scrape(OutputStream.nullOutputStream());
                case io.micrometer.prometheus.PrometheusMeterRegistry peer -> peer.scrape(Writer.nullWriter());
                default ->
                    throw new IllegalArgumentException("registry must be a Prometheus registry, but was " + registry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Scrapes the registry.
     *
     * @param out receives the scrape
     * @param contentType content type that selects the format
     */
    static void scrape(MeterRegistry registry, OutputStream out, String contentType) throws IOException {
        switch (registry) {
            case PerCpuMeterRegistry percpu -> percpu.scrape(out, contentType);
            case PrometheusMeterRegistry peer -> peer.scrape(out, contentType);
            default ->
                throw new IllegalArgumentException("registry must be able to scrape to a stream, but was " + registry);
        }
    }

    /** Converts nanoseconds to seconds, for peers that record seconds. */
    static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
