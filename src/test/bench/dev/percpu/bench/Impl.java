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

/** The names of what is compared, and the registry behind those that are one. */
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
    static final String HDR = "hdr";
    static final String LONGADDER = "longadder";
    static final String ATOMICLONG = "atomiclong";
    static final String FLOOR = "floor";
    static final String EMPTY = "empty";

    /** Version that {@link #MICROMETER_NEXT} has to be, in the names of its files. */
    static final String NEXT_VERSION = "1.18.0-M1";

    /** Version that {@link #OTEL} has to be, in the names of its files. */
    static final String OTEL_VERSION = "1.66.0";

    private Impl() {}

    /** A new registry, once it is certain that it is what its name says. */
    static MeterRegistry open(String impl) {
        return open(impl, PerCpuConfig.DEFAULT);
    }

    /** One whose percentile histograms are kept as the shape says. */
    static MeterRegistry open(String impl, Shape shape) {
        Map<String, String> settings = Map.of(
                Settings.HISTOGRAM_MODE.key(),
                shape.isNative() ? "native" : "classic",
                Settings.HISTOGRAM_MAX_BUCKETS.key(),
                Integer.toString(shape.maxBuckets()));
        return open(impl, settings::get);
    }

    @SuppressWarnings("deprecation") // the peer is what is deprecated
    private static MeterRegistry open(String impl, PerCpuConfig config) {
        return switch (impl) {
            case PERCPU, PERCPU_SELF, PERCPU_ATOMIC -> openPerCpu(impl, config);
            case MICROMETER, MICROMETER_NEXT -> openMicrometer(impl);
            case MICROMETER_SIMPLECLIENT ->
                new io.micrometer.prometheus.PrometheusMeterRegistry(io.micrometer.prometheus.PrometheusConfig.DEFAULT);
            default -> throw new IllegalArgumentException("not a registry: " + impl);
        };
    }

    private static MeterRegistry openPerCpu(String impl, PerCpuConfig config) {
        MeterRegistry registry = new PerCpuMeterRegistry(config);
        RseqStatus status = RseqProbe.status();
        CommitMode mode = impl.equals(PERCPU_ATOMIC) ? CommitMode.ATOMIC : CommitMode.RSEQ;
        if (status.mode() != mode || (impl.equals(PERCPU_SELF) && status.owner() != AreaOwner.SELF)) {
            throw new IllegalStateException(
                    impl + " cannot be had here: mode " + status.mode() + ", owner " + status.owner());
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
            throw new IllegalStateException(impl + " is not what is on the class path: " + file);
        }
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    /** Writes everything that the registry has in the text format 0.0.4, to nowhere. */
    @SuppressWarnings("deprecation") // the peer is what is deprecated
    static void scrape(MeterRegistry registry) {
        try {
            switch (registry) {
                case PerCpuMeterRegistry ours -> ours.scrape(OutputStream.nullOutputStream());
                case PrometheusMeterRegistry theirs -> theirs.scrape(OutputStream.nullOutputStream());
                case io.micrometer.prometheus.PrometheusMeterRegistry theirs -> theirs.scrape(Writer.nullWriter());
                default -> throw new IllegalArgumentException("not a registry of Prometheus: " + registry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes everything that the registry has in that format. */
    static void scrape(MeterRegistry registry, OutputStream out, String contentType) throws IOException {
        switch (registry) {
            case PerCpuMeterRegistry ours -> ours.scrape(out, contentType);
            case PrometheusMeterRegistry theirs -> theirs.scrape(out, contentType);
            default -> throw new IllegalArgumentException("scrapes to no stream: " + registry);
        }
    }

    /** Durations as the clients that take seconds say they are to be converted. */
    static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
