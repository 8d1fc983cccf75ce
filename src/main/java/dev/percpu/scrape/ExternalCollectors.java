package dev.percpu.scrape;

import dev.percpu.family.Family;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * The collectors of a Prometheus registry other than a meter registry's own index. Thread-safe.
 *
 * <p>They are user code, so each read has a time limit. In an {@link IsolatingPrometheusRegistry}, each collector is read alone. In a plain
 * registry, all collectors are read together, because it does not list them.
 */
public final class ExternalCollectors {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(ExternalCollectors.class);

    private final PrometheusRegistry registry;
    private final SeriesIndex own;
    private final AtomicBoolean reported = new AtomicBoolean();

    /**
     * Creates the external collectors of a registry.
     *
     * @param own the collector that is not external
     */
    public ExternalCollectors(PrometheusRegistry registry, SeriesIndex own) {
        this.registry = registry;
        this.own = own;
    }

    /** Returns the reads of a scrape, which still have to be run. */
    @SuppressWarnings("ReferenceEquality") // collectors are compared by identity
    List<Read> reads(Predicate<String> included) {
        List<Read> reads = new ArrayList<>();
        if (registry instanceof IsolatingPrometheusRegistry isolating) {
            for (IsolatingPrometheusRegistry.Isolated isolated : isolating.isolated()) {
                if (isolated.collector() != own) {
                    reads.add(new Read(isolated.registry(), included, isolated.description(), isolated.reported()));
                }
            }
        } else {
            reads.add(new Read(registry, included, "all collectors of the Prometheus registry", reported));
        }
        return reads;
    }

    /** Returns the families of all reads that have completed. */
    static List<MetricSnapshot> families(List<Read> reads) {
        return reads.stream().flatMap(read -> read.families.stream()).toList();
    }

    /** Merges own and external families. An external family is left out if there is one of the same name and another type. */
    static MetricSnapshots merge(MetricSnapshots own, List<MetricSnapshot> external) {
        Map<String, Object> types = new HashMap<>();
        own.forEach(snapshot -> types.put(name(snapshot), type(snapshot)));
        List<MetricSnapshot> all = new ArrayList<>();
        for (MetricSnapshot snapshot : external) {
            Object type = type(snapshot);
            if (type.equals(types.computeIfAbsent(name(snapshot), name -> type))) {
                all.add(snapshot);
            } else {
                LOGGER.log(
                        () -> "The family " + name(snapshot)
                                + " of an external collector is left out of the scrape, because a family of that name has another type");
            }
        }
        own.forEach(all::add);
        return new MetricSnapshots(all);
    }

    private static String name(MetricSnapshot snapshot) {
        return snapshot.getMetadata().getPrometheusName();
    }

    private static Object type(MetricSnapshot snapshot) {
        return snapshot instanceof HistogramSnapshot histogram && histogram.isGaugeHistogram()
                ? Family.Kind.GAUGE_HISTOGRAM
                : snapshot.getClass();
    }

    /** A read of one collector, or of all collectors of a plain registry. */
    final class Read extends GuardedRead {
        private final PrometheusRegistry source;
        private final Predicate<String> included;
        private final String description;
        private final AtomicBoolean reported;
        private MetricSnapshots result = MetricSnapshots.of();
        private MetricSnapshots families = MetricSnapshots.of();

        private Read(
                PrometheusRegistry source, Predicate<String> included, String description, AtomicBoolean reported) {
            this.source = source;
            this.included = included;
            this.description = description;
            this.reported = reported;
        }

        @Override
        public Object subject() {
            return source;
        }

        @Override
        void read() {
            result = own.callExcluded(() -> source.scrape(included));
        }

        @Override
        void accept() {
            families = result;
        }

        @Override
        void acceptUnknown() {}

        @Override
        boolean markReported() {
            return !reported.getAndSet(true);
        }

        @Override
        String description() {
            return description;
        }
    }
}
