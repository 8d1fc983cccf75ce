package dev.percpu.ingest.mapping;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A reader of mapping files of statsd_exporter. Its static method is thread-safe. */
public final class MappingReader {
    /** Largest length of {@code match}, in characters. */
    static final int MAX_MATCH = 4_096;

    private static final Set<String> FILE_KEYS = Set.of("defaults", "mappings");
    private static final Set<String> DEFAULTS_KEYS =
            with(ObserverReader.KEYS, "match_type", "glob_disable_ordering", "ttl");
    private static final Set<String> RULE_KEYS = with(
            ObserverReader.KEYS,
            "match",
            "match_type",
            "match_metric_type",
            "name",
            "labels",
            "honor_labels",
            "help",
            "action",
            "scale",
            "ttl");

    private static final java.util.regex.Pattern GLOB =
            java.util.regex.Pattern.compile("(\\*|[a-zA-Z_][a-zA-Z0-9_-]*+)(\\.(\\*|[a-zA-Z0-9_][a-zA-Z0-9_-]*+))*+");
    private static final java.util.regex.Pattern NAME =
            java.util.regex.Pattern.compile("([a-zA-Z_]|\\$\\{?\\d+}?)([a-zA-Z0-9_]|\\$\\{?\\d+}?)*+");
    private static final java.util.regex.Pattern LABEL = java.util.regex.Pattern.compile("[a-zA-Z_][a-zA-Z0-9_]*+");

    private enum MatchType {
        GLOB,
        REGEX
    }

    private enum Action {
        MAP,
        DROP
    }

    private static final Map<String, MatchType> MATCH_TYPES =
            Map.of("", MatchType.GLOB, "glob", MatchType.GLOB, "regex", MatchType.REGEX);
    private static final Map<String, Action> ACTIONS = Map.of("", Action.MAP, "map", Action.MAP, "drop", Action.DROP);
    private static final Map<String, MetricType> METRIC_TYPES = Map.of(
            "counter", MetricType.COUNTER,
            "gauge", MetricType.GAUGE,
            "observer", MetricType.OBSERVER,
            "timer", MetricType.OBSERVER); // deprecated

    private final MatchType matchType;
    private final ObserverReader observers;
    private final @Nullable Duration expireAfter;
    private final GlobRules globs;
    private final RegexRules regexes = new RegexRules();
    private int count;

    private MappingReader(YamlValue.Entries defaults) {
        this.matchType = defaults.find("match_type")
                .map(value -> value.oneOf(MATCH_TYPES))
                .orElse(MatchType.GLOB);
        this.observers = ObserverReader.DEFAULTS.withDefaults(defaults);
        this.expireAfter = expireAfter(defaults, null);
        this.globs = new GlobRules(
                !defaults.find("glob_disable_ordering").map(YamlValue::flag).orElse(false));
    }

    /**
     * Returns the rules of a file.
     *
     * @param yaml content of the file, in UTF-8
     * @throws MappingException if the file has an error
     */
    public static MappingRules read(byte[] yaml) {
        YamlValue.Entries file = YamlValue.of(YamlDocument.parse(yaml))
                .map(root -> root.entries(FILE_KEYS))
                .orElse(YamlValue.Entries.NONE);
        MappingReader reader = new MappingReader(
                file.find("defaults").map(value -> value.entries(DEFAULTS_KEYS)).orElse(YamlValue.Entries.NONE));
        file.find("mappings").ifPresent(mappings -> mappings.list().forEach(reader::add));
        return new MappingRules(
                reader.count, reader.globs, reader.regexes, reader.observers.options(), reader.expireAfter);
    }

    private void add(YamlValue value) {
        YamlValue.Entries entries = value.entries(RULE_KEYS);
        YamlValue match = required(value, entries, "match");
        MatchType type = entries.find("match_type")
                .map(chosen -> chosen.oneOf(MATCH_TYPES))
                .orElse(matchType);
        if (match.text().length() > MAX_MATCH) {
            throw match.error("match must have at most " + MAX_MATCH + " characters, but has "
                    + match.text().length());
        }
        if (type == MatchType.GLOB) {
            addGlob(value, entries, match);
        } else {
            addRegex(value, entries, match);
        }
        count++;
    }

    private void addGlob(YamlValue value, YamlValue.Entries entries, YamlValue match) {
        String glob = match.text();
        if (!GLOB.matcher(glob).matches()) {
            throw match.mustBe("components separated by dots, each * or of the characters a-z, A-Z, 0-9, _ and -");
        }
        int captures = GlobRules.wildcards(glob);
        globs.add(glob, rule(value, entries, text -> Template.ofGlob(text, captures)));
    }

    private void addRegex(YamlValue value, YamlValue.Entries entries, YamlValue match) {
        Pattern pattern = compile(match);
        regexes.add(
                pattern,
                rule(value, entries, text -> Template.ofRegex(text, pattern.groupCount(), pattern.namedGroups())));
    }

    private static Pattern compile(YamlValue match) {
        if (!RegexSize.isAllowed(match.text())) {
            throw match.mustBe("a regular expression of at most " + RegexSize.MAX_SIZE
                    + " steps, repetitions multiplied, and " + RegexSize.MAX_NESTING + " nested groups");
        }
        try {
            return Pattern.compile(match.text());
        } catch (PatternSyntaxException e) {
            throw match.mustBe("a regular expression of RE2 (" + MappingText.printable(e.getDescription()) + ")");
        }
    }

    /** Creates the template of a name or of a label's value. */
    private interface TemplateFactory {
        Template create(String text);
    }

    private MappingRule rule(YamlValue value, YamlValue.Entries entries, TemplateFactory templates) {
        MetricType type = entries.find("match_metric_type")
                .map(chosen -> chosen.oneOf(METRIC_TYPES))
                .orElse(null);
        boolean drop =
                entries.find("action").map(action -> action.oneOf(ACTIONS)).orElse(Action.MAP) == Action.DROP;
        ObserverOptions observer = observers.withRule(entries).options();
        boolean isObserved = !drop && type == MetricType.OBSERVER;
        // For rules of any type, the label is checked when a sample of a distribution arrives.
        String reserved = !isObserved ? "" : observer instanceof ObserverOptions.Histogram ? "le" : "quantile";
        return new MappingRule(
                type,
                drop,
                name(required(value, entries, "name"), templates),
                entries.find("help")
                        .map(YamlValue::text)
                        .filter(help -> !help.isEmpty())
                        .orElse(MappingRules.DEFAULT_HELP),
                labels(entries, templates, reserved),
                entries.find("honor_labels").map(YamlValue::flag).orElse(false),
                entries.find("scale").map(YamlValue::finite).orElse(1.0),
                observer,
                expireAfter(entries, expireAfter));
    }

    private static YamlValue required(YamlValue rule, YamlValue.Entries entries, String key) {
        return entries.find(key).orElseThrow(() -> rule.error("each element of mappings must have the key " + key));
    }

    private static Template name(YamlValue name, TemplateFactory templates) {
        if (!NAME.matcher(name.text()).matches()) {
            throw name.mustBe("a name of the characters a-z, A-Z, 0-9 and _, not starting with a digit,"
                    + " with references such as ${1}");
        }
        Template template = templates.create(name.text());
        if (template.isEmpty()) {
            throw name.mustBe("a name that is not empty: its references name no part of match."
                    + " A reference that text follows needs braces, as in ${1}_total");
        }
        return template;
    }

    private static Map<String, Template> labels(YamlValue.Entries entries, TemplateFactory templates, String reserved) {
        Map<String, Template> labels = new HashMap<>();
        entries.find("labels").map(YamlValue::entries).orElse(Map.of()).forEach((label, text) -> {
            if (!LABEL.matcher(label).matches() || label.startsWith("__")) {
                throw text.errorAtKey("a label must be named by the characters a-z, A-Z, 0-9 and _,"
                        + " not starting with a digit or with __, but was " + MappingText.quoted(label));
            }
            if (label.equals(reserved)) {
                throw text.errorAtKey("a label must not be named " + label + " in a rule for a "
                        + (label.equals("le") ? "histogram" : "summary") + ", which has this label itself");
            }
            labels.put(label, templates.create(text.text()));
        });
        return labels;
    }

    private static @Nullable Duration expireAfter(YamlValue.Entries entries, @Nullable Duration defaultValue) {
        return entries.find("ttl")
                .map(YamlValue::duration)
                .filter(duration -> !duration.isZero())
                .orElse(defaultValue);
    }

    private static Set<String> with(Set<String> keys, String... more) {
        Set<String> all = new HashSet<>(keys);
        all.addAll(Set.of(more));
        return Set.copyOf(all);
    }
}
