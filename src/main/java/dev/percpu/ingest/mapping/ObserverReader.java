package dev.percpu.ingest.mapping;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a mapping file that choose the form of distributions, in {@code defaults} and in rules. Immutable and thread-safe.
 *
 * <p>The deprecated keys of statsd_exporter before 0.29 are read too: {@code timer_type}, and {@code buckets} and {@code quantiles} outside
 * of the options.
 */
final class ObserverReader {
    static final Set<String> KEYS =
            Set.of("observer_type", "timer_type", "summary_options", "histogram_options", "quantiles", "buckets");

    private static final Set<String> SUMMARY_KEYS = Set.of("quantiles", "max_age", "age_buckets", "buf_cap");
    private static final Set<String> QUANTILE_KEYS = Set.of("quantile", "error");
    private static final Set<String> HISTOGRAM_KEYS =
            Set.of("buckets", "native_histogram_bucket_factor", "native_histogram_max_buckets");

    /** Most classic buckets of a histogram: each takes memory on every CPU. */
    static final int MAX_BUCKETS = 1_000;

    /** Most steps of a summary's window: each keeps a copy of the distribution. */
    static final int MAX_AGE_BUCKETS = 100;

    private enum Form {
        SUMMARY,
        HISTOGRAM
    }

    private static final Map<String, Form> FORMS =
            Map.of("", Form.SUMMARY, "summary", Form.SUMMARY, "histogram", Form.HISTOGRAM);

    /** The defaults of a file that sets none: those of statsd_exporter and of Prometheus' client library for Go. */
    static final ObserverReader DEFAULTS = new ObserverReader(
            null,
            new ObserverOptions.Summary(List.of(0.5, 0.9, 0.99), Duration.ofMinutes(10), 5),
            new ObserverOptions.Histogram(
                    List.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0), 1.1, 256));

    /** Null if neither the rule nor the defaults choose one: then it is a summary, and options of a histogram are ignored. */
    private final @Nullable Form form;

    private final ObserverOptions.Summary summary;
    private final ObserverOptions.Histogram histogram;

    private ObserverReader(@Nullable Form form, ObserverOptions.Summary summary, ObserverOptions.Histogram histogram) {
        this.form = form;
        this.summary = summary;
        this.histogram = histogram;
    }

    /** Returns the options of the chosen form. */
    ObserverOptions options() {
        return form == Form.HISTOGRAM ? histogram : summary;
    }

    /** Returns the key {@code defaults}, above these ones. */
    ObserverReader withDefaults(YamlValue.Entries entries) {
        return read(entries);
    }

    /** Returns the keys of a rule, above these defaults. Options of the form that is not chosen are refused. */
    ObserverReader withRule(YamlValue.Entries entries) {
        ObserverReader rule = read(entries);
        if (rule.form != null) {
            boolean isHistogram = rule.form == Form.HISTOGRAM;
            String unused = isHistogram ? "summary_options" : "histogram_options";
            entries.find(unused).ifPresent(options -> {
                throw options.errorAtKey(
                        unused + " must not be set if observer_type is " + (isHistogram ? "histogram" : "summary"));
            });
        }
        return rule;
    }

    private ObserverReader read(YamlValue.Entries entries) {
        return new ObserverReader(form(entries), summary(entries), histogram(entries));
    }

    private @Nullable Form form(YamlValue.Entries entries) {
        // Both are read: a wrong value is refused, even if it is not used.
        Optional<Form> timerType = entries.find("timer_type").map(value -> value.oneOf(FORMS));
        Optional<Form> observerType = entries.find("observer_type").map(value -> value.oneOf(FORMS));
        return observerType.or(() -> timerType).orElse(form);
    }

    private ObserverOptions.Summary summary(YamlValue.Entries entries) {
        YamlValue.Entries options = options(entries, "summary_options", SUMMARY_KEYS);
        options.find("buf_cap").ifPresent(value -> value.whole(Integer.MAX_VALUE)); // windowed cells have no buffer
        return new ObserverOptions.Summary(
                either(entries, options, "quantiles", "summary_options")
                        .map(ObserverReader::quantiles)
                        .filter(list -> !list.isEmpty())
                        .orElse(summary.quantiles()),
                options.find("max_age")
                        .map(YamlValue::duration)
                        .filter(age -> !age.isZero())
                        .orElse(summary.maxAge()),
                options.find("age_buckets")
                        .map(value -> value.whole(MAX_AGE_BUCKETS))
                        .filter(steps -> steps > 0)
                        .orElse(summary.ageBuckets()));
    }

    private ObserverOptions.Histogram histogram(YamlValue.Entries entries) {
        YamlValue.Entries options = options(entries, "histogram_options", HISTOGRAM_KEYS);
        return new ObserverOptions.Histogram(
                either(entries, options, "buckets", "histogram_options")
                        .map(ObserverReader::buckets)
                        .filter(list -> !list.isEmpty())
                        .orElse(histogram.buckets()),
                options.find("native_histogram_bucket_factor")
                        .map(ObserverReader::notNegative)
                        .filter(factor -> factor > 0)
                        // Up to 1, Prometheus' client library has no native histogram.
                        .map(factor -> factor > 1 ? factor : 0)
                        .orElse(histogram.nativeBucketFactor()),
                options.find("native_histogram_max_buckets")
                        .map(value -> value.whole(Integer.MAX_VALUE))
                        .filter(buckets -> buckets > 0)
                        .orElse(histogram.nativeMaxBuckets()));
    }

    private static YamlValue.Entries options(YamlValue.Entries entries, String key, Set<String> known) {
        return entries.find(key).map(value -> value.entries(known)).orElse(YamlValue.Entries.NONE);
    }

    /** Returns the value of a key in the options or, deprecated, outside of them. */
    private static Optional<YamlValue> either(
            YamlValue.Entries entries, YamlValue.Entries options, String key, String optionsKey) {
        Optional<YamlValue> outside = entries.find(key);
        Optional<YamlValue> inside = options.find(key);
        if (outside.isPresent() && inside.isPresent()) {
            throw outside.get()
                    .errorAtKey(key + " must be set in " + optionsKey + " alone, but is set outside of it too");
        }
        return outside.or(() -> inside);
    }

    private static double notNegative(YamlValue value) {
        double number = value.finite();
        if (number < 0) {
            throw value.mustBe("a number of at least 0");
        }
        return number;
    }

    private static List<Double> quantiles(YamlValue list) {
        Set<Double> quantiles = new TreeSet<>();
        for (YamlValue element : list.list()) {
            YamlValue.Entries entries = element.entries(QUANTILE_KEYS);
            entries.find("error").ifPresent(ObserverReader::upToOne); // windowed cells have an error of their own
            quantiles.add(entries.find("quantile")
                    .map(ObserverReader::upToOne)
                    .orElseThrow(() -> element.error("each element of quantiles must have the key quantile")));
        }
        return List.copyOf(quantiles);
    }

    private static double upToOne(YamlValue value) {
        double number = value.number();
        if (!(number >= 0 && number <= 1)) {
            throw value.mustBe("a number from 0 to 1");
        }
        return number;
    }

    private static List<Double> buckets(YamlValue list) {
        List<Double> bounds = new ArrayList<>();
        double previous = -1;
        for (YamlValue element : list.list()) {
            double bound = element.number();
            if (bound < 0) {
                throw element.mustBe("numbers of at least 0");
            }
            if (bound <= previous) {
                throw element.mustBe("ascending numbers");
            }
            previous = bound;
            bounds.add(bound);
        }
        if (previous == Double.POSITIVE_INFINITY) {
            bounds.removeLast(); // every histogram has this bucket
        }
        if (bounds.size() > MAX_BUCKETS) {
            throw list.error("buckets must have at most " + MAX_BUCKETS + " elements, but has " + bounds.size());
        }
        return bounds;
    }
}
