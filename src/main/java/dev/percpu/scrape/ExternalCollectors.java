package dev.percpu.scrape;

import dev.percpu.family.Family;
import dev.percpu.family.FamilyValues;
import dev.percpu.family.WarnOnceLogger;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The collectors of a Prometheus registry other than a meter registry's own index. Thread-safe.
 *
 * <p>They are user code, so each read has a time limit. In an {@link IsolatingPrometheusRegistry}, each collector is read alone. In a plain
 * registry, all collectors are read together, because it does not list them.
 */
public final class ExternalCollectors {
    private static final WarnOnceLogger LOGGER = new WarnOnceLogger(ExternalCollectors.class);

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

    /**
     * Merges own and external families. Families of one name become one, with the metadata of the first. Left out, and named in the log, are
     * an external family of another type, and an external data point with labels that the family already has.
     */
    static MetricSnapshots merge(FamilyValues own, List<MetricSnapshot> external) {
        Map<String, List<MetricSnapshot>> byName = new LinkedHashMap<>();
        Stream.concat(own.snapshots().stream(), external.stream())
                .forEach(snapshot -> byName.computeIfAbsent(
                                snapshot.getMetadata().getPrometheusName(), name -> new ArrayList<>(1))
                        .add(snapshot));
        return new MetricSnapshots(
                byName.values().stream().map(ExternalCollectors::merge).toList());
    }

    /** Merges the families of one name. */
    @SuppressWarnings("ReferenceEquality") // the first family is the one that is kept
    private static MetricSnapshot merge(List<MetricSnapshot> families) {
        MetricSnapshot first = families.getFirst();
        if (families.size() == 1) {
            return first;
        }
        Family.Kind kind = Family.Kind.of(first);
        FamilyValues points = new FamilyValues(name -> true);
        for (MetricSnapshot family : families) {
            if (kind != null && kind == Family.Kind.of(family)) {
                family.getDataPoints().forEach(point -> points.add(new Family(first.getMetadata(), kind), point));
            } else if (family != first) {
                String name = family.getMetadata().getPrometheusName();
                LOGGER.log(
                        name,
                        () -> "The family " + name + " of an external collector is left out of the scrape,"
                                + " because another family has that name");
            }
        }
        return points.names().isEmpty() ? first : points.snapshots().get(0);
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
