package dev.percpu.registry;

import dev.percpu.exposition.TextFormat;
import dev.percpu.histogram.BucketLayouts;
import dev.percpu.meter.CellMeter;
import dev.percpu.meter.ExemplarSamplers;
import dev.percpu.meter.Expiry;
import dev.percpu.meter.ScaledSummary;
import dev.percpu.meter.TimeWindowed;
import dev.percpu.scrape.ExternalCollectors;
import dev.percpu.scrape.FunctionMeterCollector;
import dev.percpu.scrape.IsolatingPrometheusRegistry;
import dev.percpu.scrape.SeriesIndex;
import dev.percpu.scrape.ShardNaming;
import dev.percpu.scrape.ShardScrape;
import dev.percpu.scrape.TextScrape;
import dev.percpu.shard.CellStore;
import dev.percpu.shard.ShardStatistics;
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
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.config.ExporterProperties;
import io.prometheus.metrics.config.PrometheusProperties;
import io.prometheus.metrics.config.PrometheusPropertiesLoader;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.ExpositionFormats;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.tracer.common.SpanContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
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
 * A {@link MeterRegistry} for Prometheus that records into cells, one per CPU, and adds them up when it is scraped. In every method that it
 * has in common with Micrometer's {@code PrometheusMeterRegistry} it does the same, so that one can take the place of the other.
 *
 * <p>A record takes no lock, reads no clock and allocates nothing. A scrape reads the cells of a meter together, so that its count, sum and
 * buckets agree; in the text formats each family is read when it is written, so that families can be as far apart in time as the reader of
 * the stream takes. Thread-safe.
 *
 * <p>Where it differs from {@code PrometheusMeterRegistry} on purpose: a summary's amount is in the bucket of its exact value, not of the
 * next whole number; a meter that fails to tell its value, or repeats labels, is left out of a scrape instead of failing it; labels that
 * Prometheus does not take, and a family that would be of two kinds (a timer with a histogram beside one without), are refused at
 * registration, as names and types are; after idling, percentiles are not wiped at every look; more than one significant digit of a
 * percentile is kept around the expected values only; a pause detector is not supported.
 *
 * <p>After {@link #close()}, meters that are asked for do nothing, and those that are held go on recording safely.
 */
public class PerCpuMeterRegistry extends BoundedMeterRegistry {
    private static final WarnThenDebugLogger REGISTRATION_LOGGER = new WarnThenDebugLogger(PerCpuMeterRegistry.class);
    private static final WarnThenDebugLogger PAUSE_LOGGER = new WarnThenDebugLogger(PerCpuMeterRegistry.class);

    private final PrometheusConfig config;
    private final PrometheusRegistry prometheusRegistry;
    private final ExpositionFormats formats;
    private final CellStore store;
    private final SeriesIndex index;
    private final ExternalCollectors foreign;
    private final TextScrape textScrape;
    private final ExporterProperties exporterProperties;
    private final @Nullable Expiry expiry;
    private final MeterFactory factory;
    private final @Nullable WindowRotator<PerCpuMeterRegistry> rotator;

    /** With {@link PerCpuConfig#DEFAULT}. */
    public PerCpuMeterRegistry() {
        this(PerCpuConfig.DEFAULT);
    }

    /** With a Prometheus registry of its own, {@link IsolatingPrometheusRegistry}, and the system's clock. */
    public PerCpuMeterRegistry(PrometheusConfig config) {
        this(config, new IsolatingPrometheusRegistry(), Clock.SYSTEM);
    }

    /** Without exemplars. */
    public PerCpuMeterRegistry(PrometheusConfig config, PrometheusRegistry registry, Clock clock) {
        this(config, registry, clock, null);
    }

    /**
     * @param config checked here
     * @param registry what this registry's meters are scraped with; its own collectors are scraped as well, as gauges are: within {@link
     *     PerCpuConfig#GAUGE_TIMEOUT} each where they are {@link IsolatingPrometheusRegistry}, else all of them together
     * @param clock what windows and creation times are told by. On another than {@link Clock#SYSTEM} windows end only when somebody reads.
     * @param spanContext tells the current span, for exemplars; none are sampled if it is null
     * @throws io.micrometer.core.instrument.config.validate.ValidationException if the configuration is invalid
     */
    @SuppressWarnings("this-escape") // as below
    public PerCpuMeterRegistry(
            PrometheusConfig config, PrometheusRegistry registry, Clock clock, @Nullable SpanContext spanContext) {
        this(checked(config), registry, clock, spanContext, CellStores.open(config));
    }

    /**
     * @param store closed with this registry
     */
    @SuppressWarnings({
        "this-escape", // Micrometer sets up every registry by calls to itself; what is handed out is asked later only
        "ReferenceEquality" // the system's clock is one object
    })
    PerCpuMeterRegistry(
            PrometheusConfig config,
            PrometheusRegistry registry,
            Clock clock,
            @Nullable SpanContext spanContext,
            CellStore store) {
        super(clock, SeriesSettings.of(config));
        this.config = config;
        this.prometheusRegistry = registry;
        this.store = store;
        PrometheusProperties properties = properties(config.prometheusProperties());
        this.formats = ExpositionFormats.init(properties);
        ExemplarSamplers samplers =
                spanContext == null ? null : new ExemplarSamplers(spanContext, properties.getExemplarProperties());
        Duration expireAfter = settings().expireAfter();
        this.expiry = expireAfter == null ? null : new Expiry(clock, expireAfter);
        FunctionMeterCollector measured = new FunctionMeterCollector(GaugeTimeout.millis(config));
        this.index = new SeriesIndex(store, this::forEachMeter, expiry, config.descriptions(), measured);
        BucketLayouts layouts = new BucketLayouts(NativeHistogramKey.settings(config));
        this.factory = new MeterFactory(
                store,
                clock,
                samplers,
                layouts,
                index,
                () -> config().namingConvention(),
                this::meterRegistrationFailed);
        this.foreign = new ExternalCollectors(registry, index);
        this.textScrape = new TextScrape(index, foreign, clock);
        this.rotator =
                clock == Clock.SYSTEM ? new WindowRotator<>(this, PerCpuMeterRegistry::rotateWindows, clock) : null;
        config().namingConvention(new PrometheusNamingConvention());
        config().onMeterRemoved(meter -> {
            limit().removed();
            factory.removed(meter);
            if (meter instanceof CellMeter inCells) {
                textScrape.forget(inCells);
            }
        });
        registry.register(index);
        this.exporterProperties = properties.getExporterProperties();
        if (rotator != null && expiry != null) {
            rotator.include(expiry.afterMillis());
        }
    }

    private static PrometheusConfig checked(PrometheusConfig config) {
        config.requireValid();
        return config;
    }

    private static PrometheusProperties properties(@Nullable Properties own) {
        return own == null ? PrometheusPropertiesLoader.load() : PrometheusPropertiesLoader.load(own);
    }

    /** Everything in the Prometheus text format 0.0.4. */
    public String scrape() {
        return scrape(PrometheusTextFormatWriter.CONTENT_TYPE);
    }

    /**
     * Everything in the format of that content type.
     *
     * @param contentType as in an Accept header; the text format 0.0.4 if it names none that is known
     */
    public String scrape(String contentType) {
        return scrape(contentType, null);
    }

    /**
     * @param includedNames of the families that are wanted, all if null
     */
    public String scrape(String contentType, @Nullable Set<String> includedNames) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try {
            scrape(out, contentType, includedNames);
        } catch (IOException e) {
            throw new UncheckedIOException("the scrape was not finished", e);
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    /** Writes everything in the Prometheus text format 0.0.4. The stream stays open. */
    public void scrape(OutputStream out) throws IOException {
        scrape(out, PrometheusTextFormatWriter.CONTENT_TYPE);
    }

    /** Writes everything in the format of that content type. The stream stays open. */
    public void scrape(OutputStream out, String contentType) throws IOException {
        scrape(out, contentType, null);
    }

    /**
     * Writes the wanted families in the format of that content type. The stream stays open. A parameter {@code escaping} of it
     * ({@code allow-utf-8}, {@code underscores}, {@code dots} or {@code values}) tells what becomes of characters in names that only
     * Prometheus 3 takes; they become underscores without it.
     *
     * @param includedNames of the families that are wanted, all if null
     * @throws java.io.InterruptedIOException if this thread is interrupted while gauges and foreign collectors are asked, which it still is then
     */
    public void scrape(OutputStream out, String contentType, @Nullable Set<String> includedNames) throws IOException {
        Predicate<String> included = includedNames == null ? name -> true : includedNames::contains;
        EscapingScheme scheme = EscapingScheme.fromAcceptHeader(contentType);
        ExpositionFormatWriter writer = formats.findWriter(contentType);
        Optional<TextFormat> text = TextFormat.of(writer, exporterProperties);
        // That scheme alone changes names that need no quotation marks: it doubles their underscores.
        if (text.isPresent() && scheme != EscapingScheme.DOTS_ESCAPING) {
            textScrape.write(out, text.get(), included, scheme);
        } else {
            writer.write(out, index.everything(included, foreign), scheme);
        }
    }

    /**
     * Writes the wanted counters, timers and summaries by shard, in the format of that content type. The sum over the shards is what the
     * other methods write. What is not kept by shard is left out: all other meters, maxima, percentiles, exemplars; so is a shard that a
     * meter never recorded in. The stream stays open.
     *
     * @param contentType as in an Accept header
     * @param includedNames of the families that are wanted, all if null
     */
    public void scrapeShards(
            OutputStream out, String contentType, @Nullable Set<String> includedNames, ShardNaming naming)
            throws IOException {
        scrapeShards(out, contentType, includedNames, naming, MetricSnapshots.of());
    }

    /**
     * The same, with families of others besides, as far as they are wanted. One that has the name of a family of this registry is left out.
     */
    public void scrapeShards(
            OutputStream out,
            String contentType,
            @Nullable Set<String> includedNames,
            ShardNaming naming,
            MetricSnapshots others)
            throws IOException {
        ExpositionFormatWriter writer = formats.findWriter(contentType);
        new ShardScrape(store, naming, includedNames == null ? name -> true : includedNames::contains)
                .write(
                        index.shown(),
                        others,
                        out,
                        writer,
                        TextFormat.of(writer, exporterProperties),
                        EscapingScheme.fromAcceptHeader(contentType));
    }

    /** Memory and records of the shards now. Reads every cell. */
    public ShardStatistics statistics() {
        return store.statistics();
    }

    /** How many series there are, and beyond the bound were. Costs nearly nothing. */
    public SeriesStatistics seriesStatistics() {
        return limit().statistics(expiry == null ? 0 : expiry.hidden());
    }

    /**
     * The registry that is scraped: what is registered there is scraped, too. What hangs or throws there is left out, see the constructors.
     */
    public PrometheusRegistry getPrometheusRegistry() {
        return prometheusRegistry;
    }

    /** The writers of all formats, as the client's properties set them up. */
    public ExpositionFormats getExpositionFormats() {
        return formats;
    }

    /**
     * Makes a registration that cannot be exposed throw an {@link IllegalArgumentException} that says why.
     *
     * @return this registry
     */
    public PerCpuMeterRegistry throwExceptionOnRegistrationFailure() {
        config().onMeterRegistrationFailed((id, reason) -> {
            throw new IllegalArgumentException(reason);
        });
        return this;
    }

    @Override
    public Counter newCounter(Meter.Id id) {
        return limit().ownOrOverflow(
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
            PAUSE_LOGGER.log("pause detection is not supported: timers record what they are given");
        }
        Timer timer = limit().ownOrOverflow(
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
    @SuppressWarnings("ReferenceEquality") // the meter's own id, or another
    public DistributionSummary newDistributionSummary(
            Meter.Id id, DistributionStatisticConfig statistics, double scale) {
        DistributionSummary summary = limit().ownOrOverflow(
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

    /** A registration that races with {@link #close()} may find that there are no new cells any more: it is then as if made after it. */
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
        return limit().ownOrOverflow(
                        id,
                        statistics.isPublishingHistogram(),
                        LongTaskTimer.class,
                        it -> factory.longTaskTimer(it, statistics),
                        NoopLongTaskTimer::new,
                        UnaryOperator.identity());
    }

    @Override
    protected <T> Gauge newGauge(Meter.Id id, @Nullable T obj, ToDoubleFunction<T> valueFunction) {
        return limit().ownOrNothing(id, () -> factory.gauge(id, obj, valueFunction), NoopGauge::new);
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
        return limit().ownOrNothing(
                        id,
                        () -> factory.functionTimer(id, obj, countFunction, totalTimeFunction, totalTimeFunctionUnit),
                        NoopFunctionTimer::new);
    }

    @Override
    protected <T> FunctionCounter newFunctionCounter(Meter.Id id, T obj, ToDoubleFunction<T> countFunction) {
        return limit().ownOrNothing(
                        id, () -> factory.functionCounter(id, obj, countFunction), NoopFunctionCounter::new);
    }

    @Override
    protected Meter newMeter(Meter.Id id, Meter.Type type, Iterable<Measurement> measurements) {
        return limit().ownOrNothing(id, () -> factory.custom(id, type, measurements), NoopMeter::new);
    }

    @Override
    protected void meterRegistrationFailed(Meter.Id id, @Nullable String reason) {
        REGISTRATION_LOGGER.log(() -> "the meter " + id + " is registered but not exposed to Prometheus: " + reason);
        super.meterRegistrationFailed(id, reason);
    }

    private void rotateWindowsOf(DistributionStatisticConfig statistics) {
        if (rotator != null) {
            rotator.include(MeterFactory.windowMillis(statistics));
        }
    }

    /** Reads every cell into the current window of its meter, and starts the windows that begin within this time. */
    void rotateWindows(long nowMillis, long withinMillis) {
        store.recycle();
        forEachMeter(meter -> {
            if (meter instanceof TimeWindowed windowed) {
                windowed.rotate(nowMillis, withinMillis);
            }
        });
        if (expiry != null && expiry.isDue()) {
            index.shown();
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
        store.close();
    }
}
