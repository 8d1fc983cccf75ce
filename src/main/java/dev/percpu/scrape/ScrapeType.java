package dev.percpu.scrape;

import io.prometheus.metrics.config.EscapingScheme;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a scrape is to be written as, by Prometheus' <a href="https://prometheus.io/docs/instrumenting/content_negotiation/">rules of
 * negotiation</a>. Immutable.
 *
 * @param escaping what becomes of names that are not made of {@code [a-zA-Z0-9_:]}, as the client asked for it; null if it did not: such
 *     characters then become underscores
 */
public record ScrapeType(ScrapeFormat format, @Nullable EscapingScheme escaping) {

    /** What a client gets that does not care. */
    public static final ScrapeType DEFAULT = new ScrapeType(ScrapeFormat.TEXT, null);

    /** The value of the Content-Type header. It names the escaping scheme to a client that knows of them. */
    public String contentType() {
        return escaping == null ? format.contentType() : format.contentType() + escaping.toHeaderFormat();
    }

    /**
     * What a client likes best: the format of the highest weight; among those of the same weight the one named first, and of a wildcard's
     * the first of {@link ScrapeFormat}. The range that decides also tells the escaping scheme; one that is not known is as good as none.
     * Empty if the client takes no format. No ranges at all mean that anything will do.
     */
    public static Optional<ScrapeType> choose(List<MediaRange> accepted) {
        if (accepted.isEmpty()) {
            return Optional.of(DEFAULT);
        }
        ScrapeFormat best = null;
        int bestWeight = 0;
        int bestPlace = Integer.MAX_VALUE;
        for (ScrapeFormat format : ScrapeFormat.values()) {
            int place = decidingRange(format, accepted);
            int weight = place < 0 ? 0 : accepted.get(place).permille();
            if (weight > bestWeight || (weight == bestWeight && weight > 0 && place < bestPlace)) {
                best = format;
                bestWeight = weight;
                bestPlace = place;
            }
        }
        return best == null
                ? Optional.empty()
                : Optional.of(new ScrapeType(
                        best, scheme(accepted.get(bestPlace).parameters().get("escaping"))));
    }

    private static @Nullable EscapingScheme scheme(@Nullable String value) {
        return Arrays.stream(EscapingScheme.values())
                .filter(scheme -> scheme.getValue().equals(value))
                .findFirst()
                .orElse(null);
    }

    /** The index of the most specific range that a format lies in (of several the one of most weight), -1 if it is in none. */
    private static int decidingRange(ScrapeFormat format, List<MediaRange> accepted) {
        int deciding = -1;
        for (int i = 0; i < accepted.size(); i++) {
            MediaRange range = accepted.get(i);
            if (!format.isIn(range)) {
                continue;
            }
            MediaRange before = deciding < 0 ? null : accepted.get(deciding);
            if (before == null
                    || range.specificity() > before.specificity()
                    || (range.specificity() == before.specificity() && range.permille() > before.permille())) {
                deciding = i;
            }
        }
        return deciding;
    }
}
