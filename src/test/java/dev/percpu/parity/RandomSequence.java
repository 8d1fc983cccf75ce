package dev.percpu.parity;

import dev.percpu.registry.RegistryOn;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.config.NamingConvention;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusDurationNamingConvention;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** A sequence of random operations on both registries. Equal seeds give equal sequences. */
final class RandomSequence implements AutoCloseable {
    private static final int OPERATIONS = 120;

    private final Random random;
    private final Duration step;
    private final PairedRegistries registries;
    private final RandomMeters meters;
    private final RandomDistributions distributions;
    private final FamilyComparison comparison;
    private final List<Supplier<MeterFilter>> filters;

    RandomSequence(long seed, Differences differences) {
        this.random = new Random(seed);
        this.step = random.nextInt(4) == 0 ? Duration.ofSeconds(30) : PrometheusConfig.DEFAULT.step();
        boolean descriptions = random.nextInt(4) > 0;
        PrometheusConfig config = key -> switch (key) {
            case "prometheus.step" -> step.toString();
            case "prometheus.descriptions" -> Boolean.toString(descriptions);
            default -> null;
        };
        CellStore store = random.nextInt(4) == 0 ? new JvmCellStore() : RegistryOn.newStore(PrometheusConfig.DEFAULT);
        this.registries = new PairedRegistries(new Peers(config, store, null));
        if (random.nextInt(6) == 0) {
            NamingConvention other = new PrometheusDurationNamingConvention();
            registries.both(
                    "another naming convention", registry -> registry.config().namingConvention(other));
        }
        RandomIds ids = new RandomIds(random);
        this.meters = new RandomMeters(registries, random, ids);
        this.distributions = new RandomDistributions(registries, random, ids, step);
        this.comparison = new FamilyComparison(registries.peers(), differences, distributions);
        this.filters = List.of(
                () -> MeterFilter.commonTags(List.of(Tag.of("common", "x"), Tag.of("k", "all"))),
                () -> MeterFilter.renameTag("c", "k", "renamed"),
                () -> MeterFilter.ignoreTags("l.m"),
                () -> MeterFilter.replaceTagValues("z", value -> value.isBlank() ? "none" : value),
                () -> MeterFilter.denyNameStartsWith("t.a"),
                () -> MeterFilter.maximumAllowableTags("c", "k", 2, MeterFilter.deny()),
                () -> MeterFilter.deny(id -> id.getName().length() > 12),
                RandomSequence::withMinimum,
                RandomSequence::moreHistograms);
    }

    private static MeterFilter withMinimum() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return DistributionStatisticConfig.builder()
                        .minimumExpectedValue(5.0)
                        .build()
                        .merge(config);
            }
        };
    }

    private static MeterFilter moreHistograms() {
        return new MeterFilter() {
            @Override
            public DistributionStatisticConfig configure(Meter.Id id, DistributionStatisticConfig config) {
                return id.getName().startsWith("t.h")
                        ? DistributionStatisticConfig.builder()
                                .percentilesHistogram(true)
                                .build()
                                .merge(config)
                        : config;
            }
        };
    }

    /**
     * Runs the operations.
     *
     * @throws AssertionError at the first difference that is not listed
     */
    void run() throws IOException {
        for (int i = 0; i < OPERATIONS; i++) {
            operate();
            if (random.nextInt(3) == 0) {
                registries.log("scrape");
                if (!comparison.compare()) {
                    return;
                }
            }
        }
        if (random.nextBoolean()) {
            registries.both("close", registry -> {
                registry.close();
                return registry;
            });
            for (int i = 0; i < 10; i++) {
                operate();
            }
        }
        comparison.compare();
    }

    String log() {
        return registries.log();
    }

    private void operate() {
        switch (random.nextInt(40)) {
            case 0, 1, 2 -> meters.counter();
            case 3, 4, 5, 6 -> meters.increment();
            case 7 -> meters.functionCounter();
            case 8, 9, 10 -> meters.gauge();
            case 11 -> meters.timeGauge();
            case 12, 13 -> meters.changeObject();
            case 14 -> meters.multiGauge();
            case 15 -> meters.custom();
            case 16, 17, 18 -> distributions.timer();
            case 19, 20, 21 -> distributions.summary();
            case 22, 23, 24 -> distributions.recordTime();
            case 25, 26, 27 -> distributions.recordAmount();
            case 28 -> distributions.functionTimer();
            case 29, 30 -> distributions.startTask();
            case 31 -> distributions.stopTask();
            case 32 -> distributions.startSample();
            case 33 -> distributions.stopSample();
            case 34, 35 -> remove();
            case 36 -> readAndAdvance();
            case 37 -> passUnread();
            case 38 -> filterOrChange();
            default -> compareSome();
        }
    }

    private void readAndAdvance() {
        int ticks = 1 + random.nextInt(30);
        registries.log("read both, then advance " + ticks + " ticks");
        if (comparison.scrapeSucceeds()) {
            // A scrape does not read meters that are not exposed.
            registries.peers().perCpu.forEachMeter(meter -> meter.measure().forEach(Measurement::getValue));
            registries.peers().pass(Peers.TICK.multipliedBy(ticks));
            comparison.passed(ticks);
        }
    }

    private void passUnread() {
        boolean idling = random.nextInt(4) == 0;
        int ticks = 1 + random.nextInt(idling ? 400 : 20);
        registries.log("advance " + ticks + " ticks");
        registries.peers().passUnread(ticks);
        comparison.passedUnread(ticks);
        for (int i = 0; idling && i < 4; i++) {
            distributions.recordTime();
            distributions.recordAmount();
        }
    }

    private void remove() {
        List<Meter> all = registries.peers().perCpu.getMeters().stream()
                .sorted(Comparator.comparing(meter -> meter.getId().toString()))
                .toList();
        if (all.isEmpty()) {
            return;
        }
        Meter.Id id = all.get(random.nextInt(all.size())).getId();
        if (random.nextInt(20) == 0) {
            registries.both("clear", registry -> {
                registry.clear();
                return registry;
            });
        } else {
            registries.both("remove " + id, registry -> registry.remove(id) != null);
        }
    }

    private void filterOrChange() {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> {
                int which = random.nextInt(filters.size());
                registries.both("filter " + which, registry -> configured(registry, filters.get(which)));
            }
            case 3 -> meters.dropObject();
            default -> meters.changeObject();
        }
    }

    private static MeterRegistry configured(MeterRegistry registry, Supplier<MeterFilter> filter) {
        registry.config().meterFilter(filter.get());
        return registry;
    }

    private void compareSome() {
        registries.log("scrape some");
        comparison.compareSome(random);
    }

    @Override
    public void close() {
        registries.peers().close();
    }
}
