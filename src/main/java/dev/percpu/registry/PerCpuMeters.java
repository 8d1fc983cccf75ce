package dev.percpu.registry;

import dev.percpu.rseq.Host;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.rseq.SelfTest;
import dev.percpu.shard.ShardStatistics;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.prometheus.metrics.model.snapshots.InfoSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Metrics {@code percpu_*} about a registry, its shards and its scrapes. Bind it once per registry, with or without Quarkus. Thread-safe.
 */
public final class PerCpuMeters implements MeterBinder {

    private static final Duration[] SCRAPE_BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10)
    };

    private final PerCpuMeterRegistry registry;
    private final RseqStatus status;
    private final CachedShardStatistics shards;
    private final AtomicBoolean exposed = new AtomicBoolean();
    private volatile @Nullable Timer scrapes;
    private volatile @Nullable DistributionSummary scrapeBytes;
    private volatile Map<ScrapeFailure, Counter> failures = Map.of();

    /** Creates the metrics of a registry, with the rseq status of this process. */
    public PerCpuMeters(PerCpuMeterRegistry registry) {
        this.registry = registry;
        this.status = RseqProbe.status();
        this.shards = new CachedShardStatistics(registry::statistics);
    }

    @Override
    public void bindTo(MeterRegistry target) {
        if (exposed.compareAndSet(false, true)) {
            exposeInfo();
        }
        bindSelfTest(target);
        counter(
                target,
                "percpu.rseq.restarts",
                "Critical sections that the kernel restarted",
                ShardStatistics::restarts);
        counter(
                target,
                "percpu.shared.shard.records",
                "Observations recorded in the shared shard instead of a CPU's shard",
                ShardStatistics::sharedRecordsOfAnyKind);
        region(target, "reserved", ShardStatistics::reservedBytes);
        region(target, "resident", ShardStatistics::residentBytes);
        series(target);
        scrapes = Timer.builder("percpu.scrape")
                .description("Time from the arrival of a scrape request to the last byte of its response")
                .serviceLevelObjectives(SCRAPE_BUCKETS)
                .register(target);
        scrapeBytes = DistributionSummary.builder("percpu.scrape.bytes")
                .description("Size of scrape responses as sent, compressed or not")
                .baseUnit(BaseUnits.BYTES)
                .register(target);
        failures = Arrays.stream(ScrapeFailure.values())
                .collect(Collectors.toUnmodifiableMap(
                        reason -> reason,
                        reason -> Counter.builder("percpu.scrape.failures")
                                .description("Scrapes that were refused or not completed")
                                .tag("reason", reason.toString())
                                .register(target)));
    }

    /**
     * Records a completed scrape. Call it from a scrape endpoint. Does nothing before {@link #bindTo}.
     *
     * @param nanos time from the request to the last byte, in nanoseconds
     * @param bytes size of the body as sent
     */
    public void recordScrape(long nanos, long bytes) {
        Timer timer = scrapes;
        DistributionSummary size = scrapeBytes;
        if (timer != null && size != null) {
            timer.record(nanos, TimeUnit.NANOSECONDS);
            size.record(bytes);
        }
    }

    /** Counts a scrape that was refused or not completed. Call it from a scrape endpoint. Does nothing before {@link #bindTo}. */
    public void recordFailure(ScrapeFailure reason) {
        Counter counter = failures.get(reason);
        if (counter != null) {
            counter.increment();
        }
    }

    // Not a Micrometer gauge: its naming convention removes "_info" from every name.
    private void exposeInfo() {
        registry.getPrometheusRegistry().register(() -> info(RseqProbe.current(status)));
    }

    private static InfoSnapshot info(RseqStatus current) {
        Host.LibcInfo libc = current.host().libc();
        String layout = current.area().registration().layout();
        return InfoSnapshot.builder()
                .name("percpu_rseq")
                .help("How records commit in this process")
                .dataPoint(InfoSnapshot.InfoDataPointSnapshot.builder()
                        .labels(Labels.of(
                                "owner", current.owner().toString(),
                                "mode", current.mode().toString(),
                                "indexed_by", current.indexedBy().toString(),
                                "layout", layout == null ? "none" : layout,
                                "libc", libc.version() == null ? libc.name() : libc.name() + " " + libc.version(),
                                "kernel", current.host().kernel().release()))
                        .build())
                .build();
    }

    private void bindSelfTest(MeterRegistry target) {
        Gauge.builder("percpu.rseq.self.test.passed", status, PerCpuMeters::selfTestPassed)
                .description(
                        "1 if interrupted critical sections start again, 0 if not, NaN if the self-test was skipped")
                .strongReference(true)
                .register(target);
    }

    private static double selfTestPassed(RseqStatus status) {
        SelfTest.Result result = status.selfTest().result();
        return result == SelfTest.Result.SKIPPED ? Double.NaN : result == SelfTest.Result.PASSED ? 1 : 0;
    }

    private void region(MeterRegistry target, String state, ToDoubleFunction<ShardStatistics> value) {
        Gauge.builder("percpu.region.bytes", shards, cached -> value.applyAsDouble(cached.recent()))
                .description("Memory of the shards: reserved address space and its resident part")
                .tag("state", state)
                .strongReference(true)
                .register(target);
    }

    private void series(MeterRegistry target) {
        Gauge.builder("percpu.series", registry, PerCpuMeters::series)
                .description("Series of the registry, overflow series included")
                .register(target);
        FunctionCounter.builder(
                        "percpu.series.overflowed",
                        registry,
                        meters -> meters.seriesStatistics().overflowed())
                .description("Registrations beyond percpu.series.max")
                .register(target);
    }

    private static int series(PerCpuMeterRegistry registry) {
        SeriesStatistics now = registry.seriesStatistics();
        return now.registered() + now.overflow();
    }

    // A function counter holds its object weakly, and the application may drop this binder. So the lambda
    // holds the statistics.
    private void counter(
            MeterRegistry target, String name, String description, ToDoubleFunction<ShardStatistics> value) {
        CachedShardStatistics statistics = shards;
        FunctionCounter.builder(name, registry, ignored -> value.applyAsDouble(statistics.recent()))
                .description(description)
                .register(target);
    }
}
