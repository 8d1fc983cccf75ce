package dev.percpu.settings;

import dev.percpu.settings.Durations.Unit;
import dev.percpu.settings.SettingType.ByteSize;
import dev.percpu.settings.SettingType.Choice;
import dev.percpu.settings.SettingType.Endpoint;
import dev.percpu.settings.SettingType.Expression;
import dev.percpu.settings.SettingType.File;
import dev.percpu.settings.SettingType.Flag;
import dev.percpu.settings.SettingType.Folder;
import dev.percpu.settings.SettingType.ItemText;
import dev.percpu.settings.SettingType.ListOf;
import dev.percpu.settings.SettingType.PositiveNumber;
import dev.percpu.settings.SettingType.Rewrite;
import dev.percpu.settings.SettingType.Text;
import dev.percpu.settings.SettingType.TimeSpan;
import dev.percpu.settings.SettingType.UnixSocket;
import dev.percpu.settings.SettingType.ValueOrWord;
import dev.percpu.settings.SettingType.WholeNumber;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * All settings. Each key is declared here and nowhere else. The reference document lists them in this order. Immutable.
 *
 * <p>The start of a service validates each setting of this class. The check for unknown keys and the reference document include it.
 */
public final class Settings {
    private static final String BINDER = "quarkus.micrometer.binder.http-server.";
    private static final String FORMER_BINDER = "quarkus.micrometer.binder.vertx.";

    /** Largest value of durations that have no limit of their own: 100 years, which fits into 64-bit nanoseconds. */
    private static final Duration LONGEST = Duration.ofDays(36_500);

    private static final List<Setting<?>> DECLARED = new ArrayList<>();

    public static final Setting<NativeRequirement> NATIVE_REQUIRED = declare(new Setting<>(
            "percpu.native.required",
            Subject.RECORDING,
            new Choice<>(NativeRequirement.class),
            "auto",
            "Whether the start fails if the native library cannot be used. Otherwise records use JVM atomics, which are slower. `auto`:"
                    + " on Linux on x86-64 and aarch64. The service has `true`."));

    public static final Setting<Optional<Path>> NATIVE_DIR = declare(
            Setting.unset(
                    "percpu.native.dir",
                    Subject.RECORDING,
                    new Folder("libpercpu.so"),
                    Optional.empty(),
                    "Folder to load the native library from, for a read-only root file system. Nothing is unpacked from the jar then. JNA's library"
                            + " is loaded from there too, if it is there. It applies to the whole process, from the first registry on."));

    public static final Setting<RseqMode> RSEQ_MODE = declare(
            new Setting<>(
                    "percpu.rseq.mode",
                    Subject.RECORDING,
                    new Choice<>(RseqMode.class),
                    "auto",
                    "How records commit: in rseq critical sections if they work (`auto`), or always by atomic instructions (`atomic`)."));

    public static final Setting<ShardIndex> SHARD_INDEX = declare(new Setting<>(
            "percpu.shard.index",
            Subject.RECORDING,
            new Choice<>(ShardIndex.class),
            "auto",
            "Field of `struct rseq` that selects the shard. `auto`: `mm_cid` if the process may use at most a quarter of the possible CPUs,"
                    + " else `cpu_id`. If the kernel lacks `mm_cid`, `cpu_id` is used. For `mm_cid`, a Quarkus application logs"
                    + " a warning."));

    public static final Setting<Integer> SERIES_MAX = declare(new Setting<>(
            "percpu.series.max",
            Subject.SERIES,
            new WholeNumber(1, Integer.MAX_VALUE),
            "200000",
            "Largest number of series. Beyond it, a counter, timer or summary records into the overflow series of its name. Any other meter"
                    + " records nothing."));

    public static final Setting<Optional<Duration>> SERIES_EXPIRE_AFTER = declare(new Setting<>(
            "percpu.series.expire-after",
            Subject.SERIES,
            new ValueOrWord<>("off", new TimeSpan(Duration.ofSeconds(1), LONGEST, Unit.S)),
            "off",
            "Time without a record after which scrapes omit a series. After the next record, scrapes include it again, with its full"
                    + " count."));

    public static final MeterSetting<HistogramMode> HISTOGRAM_MODE = declare(new MeterSetting<>(
            "percpu.histogram.native.mode",
            Subject.HISTOGRAMS,
            new Choice<>(HistogramMode.class),
            "classic",
            "Form of percentile histograms: Micrometer's buckets, a Prometheus native histogram, or both."));

    public static final MeterSetting<Integer> HISTOGRAM_SCHEMA = declare(new MeterSetting<>(
            "percpu.histogram.native.schema",
            Subject.HISTOGRAMS,
            new WholeNumber(-4, 8),
            "5",
            "Finest resolution: the upper bound of each bucket is 2^(2^-schema) times the bound before it."));

    public static final MeterSetting<Integer> HISTOGRAM_MAX_BUCKETS = declare(new MeterSetting<>(
            "percpu.histogram.native.max-buckets",
            Subject.HISTOGRAMS,
            new WholeNumber(10, 2_000),
            "160",
            "Largest number of buckets at full resolution. A bucket takes 16 bytes on every CPU that records."));

    public static final MeterSetting<Optional<Double>> HISTOGRAM_ZERO_THRESHOLD = declare(new MeterSetting<>(
            "percpu.histogram.native.zero-threshold",
            Subject.HISTOGRAMS,
            new ValueOrWord<>("auto", new PositiveNumber()),
            "auto",
            "Largest amount that counts as 0: in seconds for a timer, in its own unit for a summary. `auto` is the lower end of the"
                    + " buckets."));

    public static final Setting<Duration> GAUGE_TIMEOUT = declare(new Setting<>(
            "percpu.scrape.gauge-timeout",
            Subject.GAUGES,
            new TimeSpan(Duration.ofMillis(1), Duration.ofMinutes(1), Unit.MS),
            "1s",
            "Time that the function of a gauge, or an external collector, may take in a scrape. If it takes longer, the gauge is NaN, and the"
                    + " function is not called again until it has returned."));

    public static final Setting<Boolean> METRICS_ENABLED = declare(
            new Setting<>(
                    "percpu.metrics.enabled",
                    Subject.SPRING,
                    new Flag(),
                    "true",
                    "Whether this registry replaces the Prometheus registry of Spring Boot. With `false`, the application has Spring Boot's own."));

    public static final Setting<Integer> SCRAPE_MAX_CONCURRENT = declare(
            new Setting<>(
                    "percpu.scrape.max-concurrent",
                    Subject.SCRAPES,
                    new WholeNumber(1, 1_000),
                    "4",
                    "Largest number of scrapes at the same time. An additional scrape is rejected with status 503 and Retry-After."));

    public static final Setting<Duration> SCRAPE_TIMEOUT = declare(new Setting<>(
            "percpu.scrape.timeout",
            Subject.SCRAPES,
            new TimeSpan(Duration.ofSeconds(1), Duration.ofHours(1), Unit.S),
            "60s",
            "Time of one scrape, from the arrival of its request until the client has read the response. A shorter"
                    + " time in the request header `X-Prometheus-Scrape-Timeout-Seconds` is used instead."));

    public static final Setting<Compression> SCRAPE_COMPRESSION = declare(new Setting<>(
            "percpu.scrape.compression",
            Subject.SCRAPES,
            new Choice<>(Compression.class),
            "off",
            "gzip for clients that accept it, by zlib's level 1 (`fast`) or 6 (`default`). Compressing takes longer than the rest"
                    + " of the scrape."));

    public static final Setting<Boolean> EXEMPLARS_ON_ALL_TYPES = declare(
            new Setting<>(
                    "io.prometheus.exporter.exemplarsOnAllMetricTypes",
                    Subject.SCRAPES,
                    new Flag(),
                    "false",
                    "Whether counts and quantiles have exemplars, too. Prometheus before 2.43 rejects an OpenMetrics scrape with such an exemplar."));

    public static final Setting<Boolean> REQUESTS_ENABLED = declare(new Setting<>(
            "percpu.requests.enabled", Subject.REQUESTS, new Flag(), "true", "Whether requests are recorded."));

    public static final Setting<Optional<HistogramMode>> REQUESTS_HISTOGRAM = declare(new Setting<>(
            "percpu.requests.histogram",
            Subject.REQUESTS,
            new ValueOrWord<>("none", new Choice<>(HistogramMode.class)),
            "none",
            "Histogram of the time of requests: none (count, sum and maximum, as with Quarkus), Micrometer's buckets, a native histogram,"
                    + " or both."));

    public static final Setting<List<Duration>> REQUESTS_SLO = declare(Setting.unset(
            "percpu.requests.slo",
            Subject.REQUESTS,
            new ListOf<>(new TimeSpan(Duration.ofNanos(1), LONGEST, Unit.S)),
            List.of(),
            "Upper bounds of additional buckets of the time of requests: `50ms,1s,PT2M`."));

    public static final Setting<List<Pattern>> REQUESTS_IGNORE_PATTERNS = declare(Setting.unset(
                    BINDER + "ignore-patterns",
                    Subject.REQUESTS,
                    new ListOf<>(new Expression()),
                    List.<Pattern>of(),
                    "Requests whose template or path matches one of these as a whole are not recorded.")
            .withFormerKey(FORMER_BINDER + "ignore-patterns"));

    public static final Setting<List<UriRewrite>> REQUESTS_MATCH_PATTERNS = declare(Setting.unset(
                    BINDER + "match-patterns",
                    Subject.REQUESTS,
                    new ListOf<>(new Rewrite()),
                    List.<UriRewrite>of(),
                    "Requests whose path matches an expression as a whole have its value as `uri`, before any template.")
            .withFormerKey(FORMER_BINDER + "match-patterns"));

    public static final Setting<Integer> REQUESTS_MAX_URI_TAGS = declare(
            new Setting<>(
                    BINDER + "max-uri-tags",
                    Subject.REQUESTS,
                    new WholeNumber(1, Integer.MAX_VALUE),
                    "100",
                    "Largest number of values of `uri` besides the fixed ones. Requests with more values are recorded as `OTHER`."));

    public static final Setting<Boolean> REQUESTS_SUPPRESS_NON_APPLICATION = declare(new Setting<>(
            BINDER + "suppress-non-application-uris",
            Subject.REQUESTS,
            new Flag(),
            "true",
            "Whether to skip requests below `/q`."));

    public static final Setting<Boolean> REQUESTS_SUPPRESS_4XX = declare(new Setting<>(
            BINDER + "suppress4xx-errors",
            Subject.REQUESTS,
            new Flag(),
            "false",
            "Whether to record errors other than 404 with `uri` `UNKNOWN`. A template with parameters is kept."));

    public static final Setting<Optional<ListenAddress>> STATSD_ADDRESS = declare(new Setting<>(
            "percpu.ingest.statsd.address",
            Subject.INGEST,
            new ValueOrWord<>("off", new Endpoint()),
            "off",
            "UDP address that receives StatsD and DogStatsD packets. `0.0.0.0:8125` and `[::]:8125` are all interfaces. Port 0 is any free"
                    + " port, which the log names."));

    public static final Setting<Optional<Path>> STATSD_SOCKET = declare(Setting.unset(
            "percpu.ingest.statsd.socket",
            Subject.INGEST,
            new UnixSocket(),
            Optional.empty(),
            "Unix datagram socket that receives StatsD and DogStatsD packets. The service creates the file at the start and removes it at"
                    + " the end."));

    public static final Setting<Optional<Path>> STATSD_MAPPING = declare(
            Setting.unset(
                    "percpu.ingest.statsd.mapping",
                    Subject.INGEST,
                    new File(),
                    Optional.empty(),
                    "Mapping of StatsD names to metrics and labels, in the YAML of statsd_exporter. It is read again when the file changes."));

    public static final Setting<Optional<Integer>> INGEST_RECEIVERS = declare(new Setting<>(
            "percpu.ingest.receivers",
            Subject.INGEST,
            new ValueOrWord<>("auto", new WholeNumber(1, 64)),
            "auto",
            "Number of threads that receive UDP packets, each with its own socket. `auto`: the number of CPUs that the process may use, at"
                    + " most 64."));

    public static final Setting<Long> INGEST_RECEIVE_BUFFER = declare(new Setting<>(
            "percpu.ingest.receive-buffer",
            Subject.INGEST,
            new ByteSize(64 << 10, 512 << 20),
            "4M",
            "Receive buffer of each socket (`SO_RCVBUF`). The kernel grants at most `net.core.rmem_max`; the finding `receive-buffer-small`"
                    + " reports less."));

    public static final Setting<Integer> INGEST_SERIES_PER_SENDER = declare(new Setting<>(
            "percpu.ingest.series-per-sender",
            Subject.INGEST,
            new WholeNumber(1, Integer.MAX_VALUE),
            "10000",
            "Largest number of series that one sender may create. Beyond it, samples of new series are recorded in the overflow series of their"
                    + " name."));

    public static final Setting<Boolean> OTLP_ENABLED = declare(new Setting<>(
            "percpu.ingest.otlp.enabled",
            Subject.INGEST,
            new Flag(),
            "false",
            "Whether `POST /v1/metrics` on the application port receives OTLP metrics."));

    public static final Setting<Optional<String>> INGEST_TOKEN = declare(
            Setting.unset(
                    "percpu.ingest.token",
                    Subject.INGEST,
                    new Text(),
                    Optional.empty(),
                    "Token that requests must have: `Authorization: Bearer <token>`. Without one, every client that reaches the port can send."));

    public static final Setting<Optional<Path>> INGEST_TOKEN_FILE = declare(Setting.unset(
            "percpu.ingest.token-file",
            Subject.INGEST,
            new File(),
            Optional.empty(),
            "File with the token, instead of `percpu.ingest.token`. It is read again every 10 seconds."));

    public static final Setting<OtlpNames> OTLP_NAMES = declare(new Setting<>(
            "percpu.ingest.otlp.names",
            Subject.INGEST,
            new Choice<>(OtlpNames.class),
            "utf8",
            "Names of metrics and labels: `utf8` keeps dots and other characters, and a scrape escapes them as its client requests;"
                    + " `underscores` replaces them at once."));

    public static final Setting<List<String>> OTLP_RESOURCE_LABELS = declare(Setting.unset(
            "percpu.ingest.otlp.resource-labels",
            Subject.INGEST,
            new ListOf<>(new ItemText()),
            List.of(),
            "Resource attributes that become labels, besides `job`: `deployment.environment.name,service.instance.id`."
                    + " `otel.scope.name` and `otel.scope.version` are allowed, too."));

    public static final Setting<Integer> OTLP_MAX_STREAMS = declare(new Setting<>(
            "percpu.ingest.otlp.max-streams",
            Subject.INGEST,
            new WholeNumber(1, 100_000_000),
            "100000",
            "Largest number of streams whose last point is known. Points of further streams are rejected."));

    public static final Setting<Duration> OTLP_STREAM_EXPIRY = declare(
            new Setting<>(
                    "percpu.ingest.otlp.stream-expiry",
                    Subject.INGEST,
                    new TimeSpan(Duration.ofSeconds(1), LONGEST, Unit.S),
                    "15m",
                    "Time without a point after which a stream is forgotten. It must be longer than the senders' export interval."));

    public static final Setting<Long> OTLP_MAX_BODY = declare(
            new Setting<>(
                    "percpu.ingest.otlp.max-body",
                    Subject.INGEST,
                    new ByteSize(1 << 10, 64 << 20),
                    "4M",
                    "Largest body of a request, before and after decompression. `quarkus.http.limits.max-body-size` does not apply."));

    public static final Setting<Integer> OTLP_MAX_CONCURRENT = declare(
            new Setting<>(
                    "percpu.ingest.otlp.max-concurrent",
                    Subject.INGEST,
                    new WholeNumber(1, 10_000),
                    "64",
                    "Largest number of requests whose bodies are complete and that wait or run. Others are answered with status 503 and Retry-After."));

    public static final Setting<Duration> OTLP_BODY_TIMEOUT = declare(
            new Setting<>(
                    "percpu.ingest.otlp.body-timeout",
                    Subject.INGEST,
                    new TimeSpan(Duration.ofMillis(100), Duration.ofHours(1), Unit.S),
                    "10s",
                    "Time from the head of a request until its body is complete. A slower request is answered with status 408."));

    public static final Setting<Boolean> PAGE_ENABLED = declare(
            new Setting<>(
                    "percpu.page.enabled",
                    Subject.PAGE,
                    new Flag(),
                    "true",
                    "Whether the service has its page `/`. With `false`, `/` is answered with status 404; `/api` is not affected."));

    public static final Setting<Boolean> PAGE_REQUESTS = declare(new Setting<>(
            "percpu.page.requests",
            Subject.PAGE,
            new Flag(),
            "true",
            "Whether `/api/requests`, and with it the page, shows the routes of the application with their rates and times. With `false`, it is"
                    + " answered with status 404. `false` in `deploy/`."));

    /** All of the above, in this order. */
    public static final List<Setting<?>> ALL = List.copyOf(DECLARED);

    private Settings() {}

    /**
     * Returns the setting of a key. The key can have a meter name or the index of a list item.
     *
     * @param key key in the form of a configuration file
     */
    public static Optional<Setting<?>> find(String key) {
        for (Setting<?> setting : ALL) {
            if (setting.isKey(key)) {
                return Optional.of(setting);
            }
        }
        return Optional.empty();
    }

    private static <S extends Setting<?>> S declare(S setting) {
        DECLARED.add(setting);
        return setting;
    }
}
