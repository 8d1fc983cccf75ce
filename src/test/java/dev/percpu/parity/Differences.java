package dev.percpu.parity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The table of intended differences, and the differences that a test has found. Not thread-safe. */
final class Differences {
    static final String TABLE = "differences.md";

    private static final Pattern LINE = Pattern.compile("\\| `([a-z-]+)` \\|.*\\|([^|]*)\\|");

    /** The differences that {@link Expectation} and {@link FamilyComparison} can distinguish from errors. */
    enum Kind {
        EXACT_BUCKETS,
        SUMS_OF_FRACTIONS,
        FINE_PERCENTILES,
        PERCENTILES_AFTER_IDLING,
        AMOUNTS_FAR_APART,
        WHICH_HELP,
        FAILED_SCRAPE;

        static Kind of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    /** Per listed difference: its bound, 0 without one. */
    private final Map<Kind, Double> bounds;

    private final Set<Kind> found = EnumSet.noneOf(Kind.class);

    private Differences(Map<Kind, Double> bounds) {
        this.bounds = bounds;
    }

    /**
     * Reads the table.
     *
     * @throws IllegalArgumentException if a line has an unknown difference
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

    /** Returns whether the relative difference of two values is within the bound of the table. */
    boolean areClose(Kind kind, double perCpu, double micrometer) {
        Double bound = bounds.get(kind);
        return bound != null
                && Math.abs(perCpu - micrometer) <= bound * Math.max(Math.abs(perCpu), Math.abs(micrometer));
    }

    /** Records that a difference was found. */
    void addFound(Kind kind) {
        found.add(kind);
    }

    /** Returns the listed differences that were never found. */
    Set<Kind> missing() {
        Set<Kind> missing = EnumSet.noneOf(Kind.class);
        missing.addAll(bounds.keySet());
        missing.removeAll(found);
        return missing;
    }
}
