package dev.percpu.parity;

import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Random names, tags, units and descriptions. There are few of each, so that meters repeat and collide. */
final class RandomIds {
    private static final List<String> STEMS = List.of(
            "a",
            "a.b",
            "a_b",
            "a.b.total",
            "a.total",
            "b.seconds",
            "b.seconds.max",
            "b.max",
            "b.sum",
            "c.info",
            "c.count",
            "c.bucket",
            "d.value",
            "d.bytes",
            "e-é.ü",
            "2f",
            "F",
            "g.created",
            "info",
            "total");
    private static final List<String> KEYS = List.of("k", "l.m", "z", "y-y", "é");
    private static final List<String> RESERVED_KEYS = List.of("le", "quantile", "statistic", "l_m", "_", "__name__");
    private static final List<String> VALUES = List.of("", "x", "y", "ä\"ö\\\n", " ", "{}=,");
    private static final List<String> UNITS = List.of("bytes", "seconds", "things", "ms", "B/s");
    private static final List<String> DESCRIPTIONS = List.of("", "one", "two", "a \\ and\na \"quote\"");

    private final Random random;

    RandomIds(Random random) {
        this.random = random;
    }

    /**
     * Returns a random name.
     *
     * @param kind prefix for the kind of meter; one in 40 names has none and may be used for several kinds
     */
    String name(String kind) {
        String stem = any(STEMS);
        return random.nextInt(40) == 0 ? stem : kind + (random.nextBoolean() ? "." : "_") + stem;
    }

    Tags tags() {
        Tags tags = Tags.empty();
        for (int i = random.nextInt(3); i > 0; i--) {
            tags = tags.and(any(random.nextInt(1_000) == 0 ? RESERVED_KEYS : KEYS), any(VALUES));
        }
        return tags;
    }

    @Nullable
    String unit() {
        return random.nextInt(4) == 0 ? any(UNITS) : null;
    }

    @Nullable
    String description() {
        return random.nextInt(3) == 0 ? any(DESCRIPTIONS) : null;
    }

    private <T> T any(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
