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
 * What a Prometheus registry is scraped with besides our own index. It was written by others, so it is read as gauges are: each collector
 * for itself where the registry tells them ({@link IsolatingPrometheusRegistry}), else all of them as one. Thread-safe.
 */
public final class ExternalCollectors {
    private static final WarnThenDebugLogger LOGGER = new WarnThenDebugLogger(ExternalCollectors.class);

    private final PrometheusRegistry registry;
    private final SeriesIndex own;
    private final AtomicBoolean named = new AtomicBoolean();

    /**
     * @param own what is registered there and is not foreign
     */
    public ExternalCollectors(PrometheusRegistry registry, SeriesIndex own) {
        this.registry = registry;
        this.own = own;
    }

    /** What to read for the wanted families. */
    @SuppressWarnings("ReferenceEquality") // our own index, and no other
    List<OfCollector> readings(Predicate<String> included) {
        List<OfCollector> readings = new ArrayList<>();
        if (registry instanceof IsolatingPrometheusRegistry collectors) {
            for (IsolatingPrometheusRegistry.Isolated each : collectors.isolated()) {
                if (each.collector() != own) {
                    readings.add(new OfCollector(each.alone(), included, each.inWords(), each.named()));
                }
            }
        } else {
            readings.add(new OfCollector(
                    registry, included, "the Prometheus registry, of all collectors that others registered,", named));
        }
        return readings;
    }

    /** Families that are ours and those that are not, without such of others that Prometheus could not take beside the rest. */
    static MetricSnapshots together(MetricSnapshots ours, List<MetricSnapshot> foreign) {
        Map<String, Object> kinds = new HashMap<>();
        ours.forEach(snapshot -> kinds.put(name(snapshot), kind(snapshot)));
        List<MetricSnapshot> all = new ArrayList<>();
        for (MetricSnapshot snapshot : foreign) {
            Object kind = kind(snapshot);
            if (kind.equals(kinds.computeIfAbsent(name(snapshot), name -> kind))) {
                all.add(snapshot);
            } else {
                LOGGER.log(() -> "the family " + name(snapshot)
                        + " of a foreign collector is left out of the scrape: there is already one of another kind");
            }
        }
        ours.forEach(all::add);
        return new MetricSnapshots(all);
    }

    private static String name(MetricSnapshot snapshot) {
        return snapshot.getMetadata().getPrometheusName();
    }

    private static Object kind(MetricSnapshot snapshot) {
        return snapshot instanceof HistogramSnapshot histogram && histogram.isGaugeHistogram()
                ? Family.Kind.GAUGE_HISTOGRAM
                : snapshot.getClass();
    }

    /** One collector, or all that cannot be told apart. */
    final class OfCollector extends GuardedRead {
        private final PrometheusRegistry of;
        private final Predicate<String> included;
        private final String inWords;
        private final AtomicBoolean named;
        private MetricSnapshots read = MetricSnapshots.of();
        private MetricSnapshots taken = MetricSnapshots.of();

        private OfCollector(PrometheusRegistry of, Predicate<String> included, String inWords, AtomicBoolean named) {
            this.of = of;
            this.included = included;
            this.inWords = inWords;
            this.named = named;
        }

        /** What it told, nothing if it was not read. */
        MetricSnapshots taken() {
            return taken;
        }

        @Override
        public Object subject() {
            return of;
        }

        @Override
        void read() {
            read = own.whileSilent(() -> of.scrape(included));
        }

        @Override
        void take() {
            taken = read;
        }

        @Override
        void takeUnknown() {}

        @Override
        boolean isFirstFailure() {
            return !named.getAndSet(true);
        }

        @Override
        String inWords() {
            return inWords;
        }
    }
}
