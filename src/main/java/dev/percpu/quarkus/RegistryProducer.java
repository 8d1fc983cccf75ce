package dev.percpu.quarkus;

import dev.percpu.registry.PerCpuMeterRegistry;
import dev.percpu.registry.PerCpuMeters;
import dev.percpu.registry.ShardReader;
import dev.percpu.rseq.IndexedBy;
import dev.percpu.rseq.RseqSettings;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.scrape.IsolatingPrometheusRegistry;
import io.micrometer.core.instrument.Clock;
import io.prometheus.metrics.tracer.common.SpanContext;
import io.prometheus.metrics.tracer.initializer.SpanContextSupplier;
import io.quarkus.runtime.configuration.ConfigurationException;
import jakarta.enterprise.inject.Instance;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;
import org.jboss.logging.Logger;

/**
 * Makes what the rest of the service is built on, in this order: settings, status, registry. Quarkus asks for every registry when it
 * starts, so that what is wrong with any of them ends the start; it adds the registry to its composite, and closes it when it stops.
 */
class RegistryProducer {

    private static final Logger LOG = Logger.getLogger("dev.percpu");

    @Produces
    @Singleton
    ServiceSettings settings(Config config) {
        ServiceSettings settings = ServiceSettings.read(config);
        // The library's loader runs without Quarkus as well, and asks the system properties only.
        settings.nativeDirectory().ifPresent(folder -> System.setProperty(ServiceSettings.NATIVE_DIRECTORY, folder));
        return settings;
    }

    @Produces
    @Singleton
    RequestSettings requests(ServiceSettings settings) {
        return settings.requests();
    }

    /** @throws ConfigurationException if there is no native library and one is required: which file, why, and what to do */
    @Produces
    @Singleton
    RseqStatus status(ServiceSettings settings) {
        RseqStatus status = RseqStatus.current(RseqSettings.of(settings.values()::get));
        if (settings.nativeRequired() && !status.nativeLibrary()) {
            throw new ConfigurationException(status.whyNoLibrary());
        }
        if (status.active()) {
            LOG.infof("Records commit in rseq critical sections, registered by %s", status.owner());
        } else {
            LOG.warnf("Records commit by atomic instructions, not in rseq critical sections: %s", status.reason());
        }
        if ("mm_cid".equals(settings.values().get(RseqSettings.INDEX_PROPERTY))
                && status.indexedBy() != IndexedBy.MM_CID) {
            LOG.warnf(
                    "%s=mm_cid was asked for, but this kernel or libc offers no mm_cid: shards are indexed by cpu_id",
                    RseqSettings.INDEX_PROPERTY);
        }
        return status;
    }

    @Produces
    @Singleton
    PerCpuMeterRegistry registry(ServiceSettings settings, RseqStatus status, Instance<SpanContext> spans) {
        // For exemplars: the application's own, or OpenTelemetry's, or none.
        SpanContext span = spans.isResolvable() ? spans.get() : SpanContextSupplier.getSpanContext();
        return new PerCpuMeterRegistry(
                settings.registryConfig(), new IsolatingPrometheusRegistry(), Clock.SYSTEM, span);
    }

    @Produces
    @Singleton
    ShardReader shards(PerCpuMeterRegistry registry) {
        return new ShardReader(registry::statistics);
    }

    @Produces
    @Singleton
    PerCpuMeters meters(PerCpuMeterRegistry registry, RseqStatus status, ShardReader shards) {
        return new PerCpuMeters(registry, status, shards);
    }
}
