package dev.percpu.registry;

import dev.percpu.binding.DowncallShape;
import dev.percpu.family.ExactNames;
import dev.percpu.family.Family;
import dev.percpu.family.WarnOnceLogger;
import dev.percpu.histogram.BucketLayouts;
import dev.percpu.histogram.NativeHistogramSettings;
import dev.percpu.meter.CellMeter;
import dev.percpu.meter.ExemplarSamplers;
import dev.percpu.meter.Expiry;
import dev.percpu.meter.ScaledSummary;
import dev.percpu.meter.SettableGauge;
import dev.percpu.meter.TimeWindowed;
import dev.percpu.rseq.RseqProbe;
import dev.percpu.rseq.RseqStatus;
import dev.percpu.scrape.ExternalCollectors;
import dev.percpu.scrape.FunctionMeterCollector;
import dev.percpu.scrape.IsolatingPrometheusRegistry;
import dev.percpu.scrape.ScrapeEncodings;
import dev.percpu.scrape.ScrapeType;
import dev.percpu.scrape.ScrapeWriter;
import dev.percpu.scrape.SeriesIndex;
import dev.percpu.scrape.ShardNaming;
import dev.percpu.scrape.ShardScrape;
import dev.percpu.settings.Settings;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.JvmCellStore;
import dev.percpu.shard.ShardPlan;
import dev.percpu.shard.ShardStatistics;
import dev.percpu.shard.ShardedCellStore;
import io.micrometer.common.util.internal.logging.WarnThenDebugLogger;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.LongTaskTimer;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.pause.NoPauseDetector;
import io.micrometer.core.instrument.distribution.pause.PauseDetector;
import io.micrometer.core.instrument.noop.NoopCounter;
import io.micrometer.core.instrument.noop.NoopDistributionSummary;
import io.micrometer.core.instrument.noop.NoopFunctionCounter;
import io.micrometer.core.instrument.noop.NoopFunctionTimer;
import io.micrometer.core.instrument.noop.NoopGauge;
import io.micrometer.core.instrument.noop.NoopLongTaskTimer;
import io.micrometer.core.instrument.noop.NoopMeter;
import io.micrometer.core.instrument.noop.NoopTimer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusNamingConvention;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.config.PrometheusPropertiesLoader;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.PrometheusNaming;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A {@link MeterRegistry} for Prometheus that records into per-CPU cells and sums them when it is scraped. It replaces Micrometer's {@code
 * PrometheusMeterRegistry}: the methods that both have do the same.
 *
 * <p>Thread-safe. A record takes no lock, reads no clock and allocates nothing. A scrape reads all cells of a meter together, so that
 * count, sum and buckets agree. In the text formats each family is read when it is written: two families can differ in time by as much as
 * the stream's reader takes.
 *
 * <p>Intended differences from {@code PrometheusMeterRegistry}:
 * <ul>
 *   <li>A summary's amount is counted in the bucket of its exact value, not of the next whole number.
 *   <li>A meter that throws when it is read, or that repeats the labels of another, is left out of the scrape. The scrape does not fail.
 *   <li>Labels that Prometheus does not accept, and a family of two types (a timer with a histogram beside one without), are
 *       rejected at registration.
 *   <li>Micrometer clears the percentiles of a meter at the first read after an idle time longer than its windows. Here, amounts since the
 *       last rotation count for the window of that read.
 *   <li>A percentile has more than one significant digit within the expected range only.
 *   <li>Pause detectors are not supported.
 * </ul>
 *
 * <p>It is not final, because {@code PrometheusMeterRegistry} is not: applications with a subclass can replace one by the other.
 *
 * <p>After {@link #close()}, a newly registered meter records nothing, and a held meter still records safely.
 */
public class PerCpuMeterRegistry extends BoundedMeterRegistry {
    private static final WarnOnceLogger REGISTRATION_LOGGER = new WarnOnceLogger(PerCpuMeterRegistry.class);
    private static final WarnThenDebugLogger PAUSE_LOGGER = new WarnThenDebugLogger(PerCpuMeterRegistry.class);

    private final PrometheusConfig config;
    private final PrometheusRegistry prometheusRegistry;
    private final ScrapeEncodings encodings;
    private final CellStore store;
    private final SeriesIndex index;
    private final FunctionMeterCollector functionMeters;
    private final ScrapeWriter scrapeWriter;
    private final Expiry expiry;
    private final @Nullable ExemplarSamplers samplers;
    private final MeterFactory factory;
    private final @Nullable WindowRotator<PerCpuMeterRegistry> rotator;

    /** Creates a registry with {@link PerCpuConfig#DEFAULT}. */
    public PerCpuMeterRegistry() {
        this(PerCpuConfig.DEFAULT);
    }

    /** Creates a registry with its own {@link IsolatingPrometheusRegistry} and the system clock. */
    public PerCpuMeterRegistry(PrometheusConfig config) {
        this(config, new IsolatingPrometheusRegistry(), Clock.SYSTEM);
    }

    /** Creates a registry without exemplars. */
    public PerCpuMeterRegistry(PrometheusConfig config, PrometheusRegistry registry, Clock clock) {
        this(config, registry, clock, null);
    }

    /**
     * Creates a registry.
     *
     * @param config the configuration, validated here
     * @param registry the Prometheus registry that is scraped with this registry. Collectors registered there are read within {@link
     *     Settings#GAUGE_TIMEOUT}: each by itself in an {@link IsolatingPrometheusRegistry}, else all of them together.
     * @param clock the clock of windows and creation times. With a clock other than {@link Clock#SYSTEM}, windows rotate only on reads.
     * @param spanContext returns the current span for exemplars; null for no exemplars
     * @throws IllegalArgumentException if a value of {@link Settings} is not allowed, naming key, allowed values and value
     * @throws io.micrometer.core.instrument.config.validate.ValidationException if a value of Micrometer's own keys is invalid
     * @throws IllegalStateException if the native library is required and cannot be used; the message names file, reason and remedy
     */
    @SuppressWarnings("this-escape") // as below
    public PerCpuMeterRegistry(
            PrometheusConfig config, PrometheusRegistry registry, Clock clock, @Nullable SpanContext spanContext) {
        this(checked(config), registry, clock, spanContext, openStore(config));
    }

    /**
     * @param store closed with this registry
     */
    @SuppressWarnings({
        "this-escape", // the constructors of Micrometer's registries call their own methods; callbacks run later only
        "ReferenceEquality" // Clock.SYSTEM is one object
    })
    PerCpuMeterRegistry(
            PrometheusConfig config,
            PrometheusRegistry registry,
            Clock clock,
            @Nullable SpanContext spanContext,
            CellStore store) {
        super(clock, perCpuConfig(config).series());
        this.config = config;
        this.prometheusRegistry = registry;
        this.store = store;
        PrometheusProperties properties = properties(config.prometheusProperties());
        this.encodings = new ScrapeEncodings(properties);
        this.samplers =
                spanContext == null ? null : new ExemplarSamplers(spanContext, properties.getExemplarProperties());
        Duration expireAfter = settings().expireAfter();
        this.expiry = new Expiry(clock, expireAfter);
        this.functionMeters = new FunctionMeterCollector(
                registrySettings().get(Settings.GAUGE_TIMEOUT).toMillis());
        this.index = new SeriesIndex(store, this::forEachMeter, expiry, config.descriptions(), functionMeters);
        BucketLayouts layouts = new BucketLayouts(perCpuConfig(config)::nativeHistogram);
        this.factory = new MeterFactory(
                store,
                clock,
                samplers,
                layouts,
                index,
                () -> config().namingConvention(),
                this::meterRegistrationFailed);
        this.scrapeWriter = new ScrapeWriter(index, new ExternalCollectors(registry, index), clock);
        this.rotator =
                clock == Clock.SYSTEM ? new WindowRotator<>(this, PerCpuMeterRegistry::rotateWindows, clock) : null;
        config().namingConvention(new PrometheusNamingConvention());
        config().onMeterRemoved(meter -> {
            limit().removed();
            factory.removed(meter);
            if (meter instanceof CellMeter cellMeter) {
                scrapeWriter.remove(cellMeter);
            }
        });
        registry.register(index);
        includeExpiry(expireAfter);
    }

    /**
     * Starts a part of what the first registry of this process does, in a thread of its own, at the first call. A framework can call it first of
     * all, while it starts: this part needs no settings, and does not load the native library. It takes up to 80 ms. Throws nothing.
     *
     * @return whether this call started the thread
     */
    public static boolean prepareInBackground() {
        return DowncallShape.linkInBackground();
    }

    /**
     * Opens the cell store of a new registry: native shards, or JVM atomics if the native library cannot be used and is not required.
     *
     * @throws IllegalStateException if the native library is required and cannot be used; the message names file, reason and remedy
     * @throws IllegalArgumentException if a setting has a value that is not allowed; the message names key, allowed values and value
     */
    static CellStore openStore(PrometheusConfig config) {
        RegistrySettings settings = new RegistrySettings(config);
        // The loader of the library reads system properties only. It runs once, in the first call of RseqProbe.status.
        settings.get(Settings.NATIVE_DIR)
                .ifPresent(folder -> System.setProperty(Settings.NATIVE_DIR.key(), folder.toString()));
        RseqStatus status = RseqProbe.status(settings.get(Settings.RSEQ_MODE), settings.get(Settings.SHARD_INDEX));
        if (status.lacksRequiredLibrary(settings.get(Settings.NATIVE_REQUIRED))) {
            throw new IllegalStateException(status.missingLibraryMessage());
        }
        CommitReport.log(status, settings);
        if (status.nativeLibrary()) {
            return new ShardedCellStore(
                    new ShardPlan(status.cpus().shardCount(), status.indexedBy().offset()));
        }
        return new JvmCellStore();
    }

    RegistrySettings registrySettings() {
        return new RegistrySettings(config);
    }

    private static PrometheusConfig checked(PrometheusConfig config) {
        new RegistrySettings(config).check();
        config.requireValid();
        return config;
    }

    /** Returns the configuration with the methods of {@link PerCpuConfig}. */
    private static PerCpuConfig perCpuConfig(PrometheusConfig config) {
        return config instanceof PerCpuConfig perCpu ? perCpu : config::get;
    }

    private static PrometheusProperties properties(@Nullable Properties own) {
        return own == null ? PrometheusPropertiesLoader.load() : PrometheusPropertiesLoader.load(own);
    }

    /** Returns all families in the Prometheus text format 0.0.4. */
    public String scrape() {
        return scrape(PrometheusTextFormatWriter.CONTENT_TYPE);
    }

    /**
     * Returns all families in the format of a content type.
     *
     * @param contentType a content type or Accept header; an unknown one selects the text format 0.0.4
     */
    public String scrape(String contentType) {
        return scrape(contentType, null);
    }

    /**
     * Returns the named families in the format of a content type.
     *
     * @param contentType a content type or Accept header; an unknown one selects the text format 0.0.4
     * @param includedNames names of families or samples; null for all families
     */
    public String scrape(String contentType, @Nullable Set<String> includedNames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            scrape(out, contentType, includedNames);
        } catch (IOException e) {
            throw new UncheckedIOException("The scrape was not completed", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Writes all families in the Prometheus text format 0.0.4. The stream stays open. */
    public void scrape(OutputStream out) throws IOException {
        scrape(out, PrometheusTextFormatWriter.CONTENT_TYPE);
    }

    /** Writes all families in the format of a content type. The stream stays open. */
    public void scrape(OutputStream out, String contentType) throws IOException {
        scrape(out, contentType, null);
    }

    /**
     * Writes the named families in the format of a content type. The stream stays open.
     *
     * <p>The content type's parameter {@code escaping} ({@code allow-utf-8}, {@code underscores}, {@code dots} or {@code values}) selects
     * how characters in names are written that only Prometheus 3 accepts. The default is {@code underscores}.
     *
     * @param contentType a content type or Accept header; an unknown one selects the text format 0.0.4
     * @param includedNames names of families or samples; null for all families
     * @throws java.io.InterruptedIOException if the thread is interrupted while it waits for gauges or external collectors; the
     *     thread stays interrupted
     */
    public void scrape(OutputStream out, String contentType, @Nullable Set<String> includedNames) throws IOException {
        scrape(out, encodings.of(contentType), includedNames);
    }

    /**
     * Writes the named families in a negotiated format. The stream stays open.
     *
     * @param type format and escaping scheme, for example from a {@link dev.percpu.scrape.ScrapeNegotiation}
     * @param includedNames names of families or samples; null for all families
     * @throws java.io.InterruptedIOException if the thread is interrupted while it waits for gauges or external collectors; the
     *     thread stays interrupted
     */
    public void scrape(OutputStream out, ScrapeType type, @Nullable Set<String> includedNames) throws IOException {
        scrape(out, encodings.of(type), includedNames);
    }

    private void scrape(OutputStream out, ScrapeEncodings.Encoding encoding, @Nullable Set<String> includedNames)
            throws IOException {
        if (rotator != null) {
            rotator.ensureRunning();
        }
        if (samplers != null) {
            samplers.arm();
        }
        scrapeWriter.write(out, encoding, included(includedNames));
    }

    private static Predicate<String> included(@Nullable Set<String> includedNames) {
        return includedNames == null ? name -> true : includedNames::contains;
    }

    /**
     * Writes counters, timers and summaries broken down by shard. The stream stays open.
     *
     * <p>The sum over the shards equals what the other methods write. Left out are values that are not kept per shard (other meters, maxima,
     * percentiles, exemplars), and shards that a meter never recorded in. {@code percpu_shard_records_total} is added: the observations of
     * timers and summaries in each shard.
     *
     * @param type format and escaping scheme, for example from a {@link dev.percpu.scrape.ScrapeNegotiation}
     * @param includedNames names of families or samples; null for all families
     * @param naming the labels of each shard
     */
    public void scrapeShards(OutputStream out, ScrapeType type, @Nullable Set<String> includedNames, ShardNaming naming)
            throws IOException {
        new ShardScrape(store, naming, included(includedNames))
                .write(index.exposed(), recordsByShard(naming), out, encodings.of(type));
    }

    private MetricSnapshots recordsByShard(ShardNaming naming) {
        ShardStatistics statistics = statistics();
        CounterSnapshot.Builder records = CounterSnapshot.builder()
                .name("percpu_shard_records")
                .help("Observations of timers and summaries in this shard" + naming.helpSuffix())
                .dataPoint(new CounterDataPointSnapshot(statistics.sharedRecords(), naming.shared(), null, 0));
        for (ShardStatistics.PerShard shard : statistics.shards()) {
            records.dataPoint(new CounterDataPointSnapshot(shard.records(), naming.of(shard.shard()), null, 0));
        }
        return MetricSnapshots.of(records.build());
    }

    /** Computes memory and records of the shards now. Reads every cell. */
    public ShardStatistics statistics() {
        return store.statistics();
    }

    /** Returns the number of series, and of registrations beyond the limit. Constant time. */
    SeriesStatistics seriesStatistics() {
        return limit().statistics(expiry.hiddenMeters());
    }

    /**
     * Returns the Prometheus registry that is scraped with this registry. A collector registered there is scraped too; one that blocks or
     * throws is left out of the scrape.
     */
    public PrometheusRegistry getPrometheusRegistry() {
        return prometheusRegistry;
    }

    /**
     * Makes a registration that cannot be exposed throw an {@link IllegalArgumentException} with the reason.
     *
     * @return this registry
     */
    public PerCpuMeterRegistry throwExceptionOnRegistrationFailure() {
        config().onMeterRegistrationFailed((id, reason) -> {
            throw new IllegalArgumentException(reason);
        });
        return this;
    }

    // Public, as in PrometheusMeterRegistry.
    @Override
    public Counter newCounter(Meter.Id id) {
        return limit().createOrOverflow(
                        id,
                        false,
                        Counter.class,
                        it -> unlessClosed(() -> factory.counter(it), () -> new NoopCounter(it)),
                        NoopCounter::new,
                        UnaryOperator.identity());
    }

    @Override
    protected Timer newTimer(Meter.Id id, DistributionStatisticConfig statistics, PauseDetector pauseDetector) {
        if (!(pauseDetector instanceof NoPauseDetector)) {
            PAUSE_LOGGER.log("Pause detection is not supported: timers record durations unchanged");
        }
        Timer timer = limit().createOrOverflow(
                        id,
                        statistics.isPublishingHistogram(),
                        Timer.class,
                        it -> unlessClosed(() -> factory.timer(it, statistics), () -> new NoopTimer(it)),
                        NoopTimer::new,
                        UnaryOperator.identity());
        rotateWindowsOf(statistics);
        return timer;
    }

    @Override
    @SuppressWarnings(
            "ReferenceEquality") // same object: the meter's own id; another object: the id of an overflow meter
    public DistributionSummary newDistributionSummary(
            Meter.Id id, DistributionStatisticConfig statistics, double scale) {
        DistributionSummary summary = limit().createOrOverflow(
                        id,
                        statistics.isPublishingHistogram(),
                        DistributionSummary.class,
                        it -> unlessClosed(
                                () -> factory.summary(it, statistics, it == id ? scale : 1),
                                () -> new NoopDistributionSummary(it)),
                        NoopDistributionSummary::new,
                        overflow -> scale == 1 ? overflow : new ScaledSummary(overflow, scale));
        rotateWindowsOf(statistics);
        return summary;
    }

    /** Returns a no-op meter if {@link #close()} closed the store during the registration. */
    private <M> M unlessClosed(Supplier<M> maker, Supplier<M> noop) {
        try {
            return maker.get();
        } catch (IllegalStateException e) {
            if (isClosed()) {
                return noop.get();
            }
            throw e;
        }
    }

    @Override
    protected LongTaskTimer newLongTaskTimer(Meter.Id id, DistributionStatisticConfig statistics) {
        return limit().createOrOverflow(
                        id,
                        statistics.isPublishingHistogram(),
                        LongTaskTimer.class,
                        it -> factory.longTaskTimer(it, statistics),
                        NoopLongTaskTimer::new,
                        UnaryOperator.identity());
    }

    @Override
    protected <T> Gauge newGauge(Meter.Id id, @Nullable T obj, ToDoubleFunction<T> valueFunction) {
        return limit().createOrNoop(id, () -> factory.gauge(id, obj, valueFunction), NoopGauge::new);
    }

    @Override
    protected <T> TimeGauge newTimeGauge(
            Meter.Id id, @Nullable T obj, TimeUnit valueFunctionUnit, ToDoubleFunction<T> valueFunction) {
        return limit().wrapped(super.newTimeGauge(id, obj, valueFunctionUnit, valueFunction));
    }

    @Override
    protected <T> FunctionTimer newFunctionTimer(
            Meter.Id id,
            T obj,
            ToLongFunction<T> countFunction,
            ToDoubleFunction<T> totalTimeFunction,
            TimeUnit totalTimeFunctionUnit) {
        return limit().createOrNoop(
                        id,
                        () -> factory.functionTimer(id, obj, countFunction, totalTimeFunction, totalTimeFunctionUnit),
                        NoopFunctionTimer::new);
    }

    @Override
    protected <T> FunctionCounter newFunctionCounter(Meter.Id id, T obj, ToDoubleFunction<T> countFunction) {
        return limit().createOrNoop(
                        id, () -> factory.functionCounter(id, obj, countFunction), NoopFunctionCounter::new);
    }

    @Override
    protected Meter newMeter(Meter.Id id, Meter.Type type, Iterable<Measurement> measurements) {
        return limit().createOrNoop(id, () -> factory.custom(id, type, measurements), NoopMeter::new);
    }

    @Override
    protected void meterRegistrationFailed(Meter.Id id, @Nullable String reason) {
        REGISTRATION_LOGGER.log(
                id.toString(), () -> "The meter " + id + " is registered but not exposed to Prometheus: " + reason);
        super.meterRegistrationFailed(id, reason);
    }

    ExactSeries exactCounter(Meter.Id id, ExactOptions options) {
        return exact(id, options, Family.Kind.COUNTER, factory::counter);
    }

    ExactSeries exactGauge(Meter.Id id, ExactOptions options) {
        return exact(id, options, Family.Kind.GAUGE, (it, naming) -> factory.settableGauge(it, naming, expiry));
    }

    ExactSeries exactTimer(
            Meter.Id id,
            DistributionStatisticConfig statistics,
            NativeHistogramSettings histogram,
            ExactOptions options) {
        DistributionStatisticConfig merged = statistics.merge(defaultHistogramConfig());
        rotateWindowsOf(merged);
        return exact(id, options, kind(merged), (it, naming) -> factory.timer(it, merged, histogram, naming));
    }

    ExactSeries exactSummary(
            Meter.Id id,
            DistributionStatisticConfig statistics,
            NativeHistogramSettings histogram,
            ExactOptions options) {
        DistributionStatisticConfig merged = statistics.merge(defaultHistogramConfig());
        rotateWindowsOf(merged);
        return exact(id, options, kind(merged), (it, naming) -> factory.summary(it, merged, histogram, naming));
    }

    private static Family.Kind kind(DistributionStatisticConfig statistics) {
        return statistics.isPublishingHistogram() ? Family.Kind.HISTOGRAM : Family.Kind.SUMMARY;
    }

    ExactSeries exactHistogram(Meter.Id id, double[] bounds, ExactOptions options) {
        DistributionStatisticConfig statistics = defaultHistogramConfig();
        rotateWindowsOf(statistics);
        return exact(
                id,
                options,
                bounds.length > 0 ? Family.Kind.HISTOGRAM : Family.Kind.SUMMARY,
                (it, naming) -> factory.histogram(it, statistics, bounds, naming));
    }

    private interface ExactMaker {
        Meter make(Meter.Id id, MeterFactory.Naming naming);
    }

    @SuppressWarnings("ReferenceEquality") // an overflow meter can have the id of another
    private ExactSeries exact(Meter.Id id, ExactOptions options, Family.Kind kind, ExactMaker maker) {
        Meter existing = exactMeters().get(id);
        if (existing != null) {
            return ExactSeries.own(existing);
        }
        MeterFactory.Naming naming = new MeterFactory.Naming(
                ExactNames.CONVENTION,
                (rejected, reason) -> {
                    throw new RejectedNameException(reason);
                },
                options.expireAfter());
        includeExpiry(options.expireAfter());
        try {
            Meter made = limit().createExact(
                            id,
                            () -> checkExact(id, kind),
                            exactMeters(),
                            options.admitted(),
                            kind == Family.Kind.HISTOGRAM,
                            kind != Family.Kind.GAUGE,
                            it -> maker.make(it, naming));
            return made == null
                    ? ExactSeries.beyondLimit(settings().max())
                    : exactMeters().get(id) == made ? ExactSeries.own(made) : ExactSeries.overflow(made);
        } catch (RejectedNameException e) {
            return ExactSeries.rejected(e.getMessage());
        } catch (IllegalStateException e) {
            if (isClosed()) {
                return ExactSeries.rejected("the registry is closed");
            }
            throw e;
        }
    }

    boolean isOfOtherMeters(String name) {
        return index.isOfOtherMeters(PrometheusNaming.prometheusName(name));
    }

    /** Rejects a meter before it has cells. */
    private void checkExact(Meter.Id id, Family.Kind kind) {
        String rejection = index.rejection(id, kind, ExactNames.CONVENTION);
        if (rejection != null) {
            throw new RejectedNameException(rejection);
        }
    }

    private void includeExpiry(@Nullable Duration expireAfter) {
        if (rotator != null && expireAfter != null) {
            rotator.include(expireAfter.toMillis());
        }
    }

    /** A name or labels that Prometheus does not accept, or that another family has. */
    @SuppressWarnings("serial")
    private static final class RejectedNameException extends RuntimeException {
        RejectedNameException(String reason) {
            super(reason, null, false, false);
        }

        @Override
        public String getMessage() {
            return Objects.requireNonNull(super.getMessage());
        }
    }

    private void rotateWindowsOf(DistributionStatisticConfig statistics) {
        if (rotator != null) {
            rotator.include(MeterFactory.windowMillis(statistics));
        }
    }

    /** Recycles cells, and rotates each meter whose window ends within {@code withinMillis}. */
    void rotateWindows(long nowMillis, long withinMillis) {
        store.recycle();
        forEachMeter(meter -> {
            if (meter instanceof TimeWindowed windowed) {
                windowed.rotate(nowMillis, withinMillis);
            }
        });
        if (expiry.isCheckDue()) {
            exactMeters().values().forEach(meter -> {
                if (meter instanceof SettableGauge gauge) {
                    gauge.checkIdle();
                }
            });
            index.exposed(); // updates which series are hidden
        }
    }

    @Override
    protected TimeUnit getBaseTimeUnit() {
        return TimeUnit.SECONDS;
    }

    @Override
    protected DistributionStatisticConfig defaultHistogramConfig() {
        return DistributionStatisticConfig.builder()
                .expiry(config.step())
                .build()
                .merge(DistributionStatisticConfig.DEFAULT);
    }

    @Override
    public void close() {
        super.close();
        if (rotator != null) {
            rotator.stop();
        }
        functionMeters.close();
        store.close();
    }
}
