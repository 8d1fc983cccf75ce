package dev.percpu.ingest.otlp;

import dev.percpu.settings.OtlpNames;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The translation of names, units and attribute keys of OpenTelemetry to those of Prometheus. The rules are those of Prometheus' receiver:
 * {@code NoUTF8EscapingWithSuffixes} and {@code UnderscoreEscapingWithSuffixes}. Immutable and thread-safe.
 *
 * @param names whether characters outside of {@code [a-zA-Z0-9_:]} are kept
 * @see <a href="https://prometheus.io/docs/guides/opentelemetry/">Using Prometheus as your OpenTelemetry backend</a>
 * @see <a href="https://github.com/prometheus/otlptranslator">otlptranslator</a>
 */
record NameTranslation(OtlpNames names) {
    private static final Map<String, String> UNITS = Map.ofEntries(
            Map.entry("d", "days"),
            Map.entry("h", "hours"),
            Map.entry("min", "minutes"),
            Map.entry("s", "seconds"),
            Map.entry("ms", "milliseconds"),
            Map.entry("us", "microseconds"),
            Map.entry("ns", "nanoseconds"),
            Map.entry("By", "bytes"),
            Map.entry("KiBy", "kibibytes"),
            Map.entry("MiBy", "mebibytes"),
            Map.entry("GiBy", "gibibytes"),
            Map.entry("TiBy", "tibibytes"),
            Map.entry("KBy", "kilobytes"),
            Map.entry("MBy", "megabytes"),
            Map.entry("GBy", "gigabytes"),
            Map.entry("TBy", "terabytes"),
            Map.entry("m", "meters"),
            Map.entry("V", "volts"),
            Map.entry("A", "amperes"),
            Map.entry("J", "joules"),
            Map.entry("W", "watts"),
            Map.entry("g", "grams"),
            Map.entry("Cel", "celsius"),
            Map.entry("Hz", "hertz"),
            Map.entry("1", ""),
            Map.entry("%", "percent"));

    private static final Map<String, String> PER_UNITS =
            Map.of("s", "second", "m", "minute", "h", "hour", "d", "day", "w", "week", "mo", "month", "y", "year");

    private static final String TOTAL = "total";
    private static final String RATIO = "ratio";

    /** What decides the suffix of a name. */
    enum Kind {
        /** A monotonic sum: the name ends with {@code _total}. */
        COUNTER,

        /** A gauge: with the unit 1 the name ends with {@code _ratio}. */
        GAUGE,

        /** Everything else: a sum that is not monotonic, or a histogram. */
        OTHER
    }

    /** The suffixes of a unit: {@code By/s} has {@code bytes} and {@code per_second}. Both may be empty. */
    private record Unit(String main, String per) {
        static Unit of(String text) {
            int slash = text.indexOf('/');
            String main = (slash < 0 ? text : text.substring(0, slash)).strip();
            String per = slash < 0 ? "" : text.substring(slash + 1).strip();
            String perName = isAnnotation(per) ? "" : PER_UNITS.getOrDefault(per, per);
            return new Unit(
                    isAnnotation(main) ? "" : UNITS.getOrDefault(main, main),
                    perName.isEmpty() ? "" : "per_" + perName);
        }

        /** Units such as {@code {request}} are annotations without a dimension. */
        private static boolean isAnnotation(String unit) {
            return unit.indexOf('{') >= 0 || unit.indexOf('}') >= 0;
        }
    }

    /**
     * Returns the name of a metric's family; empty if the metric has no valid name.
     *
     * @param name name in OpenTelemetry
     * @param unit unit in OpenTelemetry, which is UCUM
     */
    String metric(String name, String unit, Kind kind) {
        if (name.isEmpty()) {
            return "";
        }
        String translated = names == OtlpNames.UTF8 ? utf8Metric(name, unit, kind) : plainMetric(name, unit, kind);
        return translated.equals(name) || translated.chars().anyMatch(c -> c != '_') ? translated : "";
    }

    private static String utf8Metric(String name, String unit, Kind kind) {
        boolean ratio = kind == Kind.GAUGE && unit.equals("1");
        String result = ratio ? withoutSuffix(name, RATIO) : name;
        if (kind == Kind.COUNTER) {
            result = withoutSuffix(result, TOTAL);
        }
        Unit suffix = Unit.of(unit);
        if (!suffix.per.isEmpty()) {
            result = withoutSuffix(result, suffix.per);
        }
        if (!suffix.main.isEmpty() && !result.endsWith(suffix.main)) {
            result += "_" + suffix.main;
        }
        if (!suffix.per.isEmpty()) {
            result += "_" + suffix.per;
        }
        if (kind == Kind.COUNTER) {
            result += "_" + TOTAL;
        }
        return ratio ? result + "_" + RATIO : result;
    }

    /** Removes a suffix and the character before it, which is taken for a delimiter. */
    private static String withoutSuffix(String name, String suffix) {
        return name.endsWith(suffix) && name.length() > suffix.length() + 1
                ? name.substring(0, name.length() - suffix.length() - 1)
                : name;
    }

    private static String plainMetric(String name, String unit, Kind kind) {
        List<String> words = words(name);
        if (words.isEmpty()) {
            return "";
        }
        Unit suffix = Unit.of(unit);
        String main = plainUnit(suffix.main);
        String per = plainUnit(suffix.per);
        if (words.contains(main)) {
            main = "";
        }
        per = per.equals("per_") ? "" : withoutTrailingUnderscore(per);
        if (words.contains(per)) {
            per = "";
        }
        if (!per.isEmpty()) {
            main = withoutTrailingUnderscore(main);
        }
        if (!main.isEmpty()) {
            words.add(main);
        }
        if (!per.isEmpty()) {
            words.add(per);
        }
        if (kind == Kind.COUNTER) {
            words.removeIf(TOTAL::equals);
            words.add(TOTAL);
        }
        if (kind == Kind.GAUGE && unit.equals("1")) {
            words.removeIf(RATIO::equals);
            words.add(RATIO);
        }
        String joined = String.join("_", words);
        return isDigit(joined.charAt(0)) ? "_" + joined : joined;
    }

    private static List<String> words(String name) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (isLetterOrDigit(c) || c == ':') {
                word.append(c);
            } else if (!word.isEmpty()) {
                words.add(word.toString());
                word.setLength(0);
            }
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    private static String plainUnit(String unit) {
        String plain = underscored(unit, true);
        return plain.startsWith("_") ? plain.substring(1) : plain;
    }

    private static String withoutTrailingUnderscore(String text) {
        return text.endsWith("_") ? text.substring(0, text.length() - 1) : text;
    }

    /**
     * Returns the label name of an attribute key; empty if the key has no valid label name.
     *
     * @param key key in OpenTelemetry
     */
    String label(String key) {
        Objects.requireNonNull(key);
        if (key.chars().allMatch(c -> c == '_')) {
            return "";
        }
        if (names == OtlpNames.UTF8) {
            return key;
        }
        boolean reserved = key.length() > 4 && key.startsWith("__") && key.endsWith("__");
        String plain = reserved
                ? "__" + underscored(key.substring(2, key.length() - 2), false) + "__"
                : underscored(key, false);
        if (isDigit(plain.charAt(0))) {
            plain = "key_" + plain;
        }
        return plain.chars().allMatch(c -> c == '_') ? "" : plain;
    }

    /** Replaces each run of other characters than letters and digits by one underscore. */
    private static String underscored(String text, boolean colon) {
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isLetterOrDigit(c) || (colon && c == ':')) {
                plain.append(c);
            } else if (plain.isEmpty() || plain.charAt(plain.length() - 1) != '_') {
                plain.append('_');
            }
        }
        return plain.toString();
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c);
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }
}
