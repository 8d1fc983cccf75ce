package dev.percpu.parity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of intended differences, and which of them were seen. */
final class Differences {
    static final String TABLE = "differences.md";

    private static final Pattern LINE = Pattern.compile("\\| `([a-z-]+)` \\|.*\\|([^|]*)\\|");

    /** What can be told apart from a mistake. */
    enum Kind {
        EXACT_BUCKETS,
        SUMS_OF_FRACTIONS,
        FINE_PERCENTILES,
        PERCENTILES_AFTER_IDLING,
        AMOUNTS_FAR_APART,
        WHICH_HELP,
        FAILED_SCRAPE;

        static Kind of(String name) {
            return valueOf(name.toUpperCase(java.util.Locale.ROOT).replace('-', '_'));
        }
    }

    /** Per listed kind its bound, 0 if it has none. */
    private final Map<Kind, Double> bounds;

    private final Set<Kind> seen = EnumSet.noneOf(Kind.class);

    private Differences(Map<Kind, Double> bounds) {
        this.bounds = bounds;
    }

    /**
     * @throws IllegalArgumentException if a line names a difference that no test can tell
     */
    static Differences listed() throws IOException {
        Map<Kind, Double> bounds = new EnumMap<>(Kind.class);
        try (InputStream table = Objects.requireNonNull(Differences.class.getResourceAsStream(TABLE))) {
            new String(table.readAllBytes(), StandardCharsets.UTF_8).lines().forEach(line -> {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    String bound = matcher.group(2).strip();
                    bounds.put(Kind.of(matcher.group(1)), bound.isEmpty() ? 0 : Double.parseDouble(bound));
                }
            });
        }
        return new Differences(bounds);
    }

    boolean isListed(Kind kind) {
        return bounds.containsKey(kind);
    }

    /** Whether two values that are not the same are as close as the table allows. */
    boolean areClose(Kind kind, double ours, double theirs) {
        Double bound = bounds.get(kind);
        return bound != null && Math.abs(ours - theirs) <= bound * Math.max(Math.abs(ours), Math.abs(theirs));
    }

    void saw(Kind kind) {
        seen.add(kind);
    }

    /** What is listed and was never seen. */
    Set<Kind> unseen() {
        Set<Kind> unseen = EnumSet.noneOf(Kind.class);
        unseen.addAll(bounds.keySet());
        unseen.removeAll(seen);
        return unseen;
    }
}
