package dev.percpu.ingest.mapping;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rules with regular expressions, which are tried in the order of the file. Thread-safe after the last rule was added.
 *
 * <p>RE2/J has the syntax of Go's package {@code regexp}, which the files are written for, so nothing is translated. A match takes time in
 * proportion to the length of the name, hostile names included.
 */
final class RegexRules {
    private record Entry(RegexLiterals literals, Pattern pattern, MappingRule rule) {}

    private final List<Entry> entries = new ArrayList<>();

    /** Adds a rule behind all others. */
    void add(Pattern pattern, MappingRule rule) {
        entries.add(new Entry(RegexLiterals.of(pattern.pattern()), pattern, rule));
    }

    /** Returns what the first matching rule makes of a metric, or null if no rule matches. */
    @Nullable
    MappedMetric map(String name, MetricType type) {
        for (Entry entry : entries) {
            if (!entry.rule().appliesTo(type) || !entry.literals().mayMatch(name)) {
                continue;
            }
            Matcher matcher = entry.pattern().matcher(name);
            if (matcher.find()) {
                return entry.rule().map(group -> {
                    String captured = matcher.group(group);
                    return captured == null ? "" : captured;
                });
            }
        }
        return null;
    }
}
