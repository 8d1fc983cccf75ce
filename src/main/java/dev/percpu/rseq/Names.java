package dev.percpu.rseq;

import java.util.Locale;

/** The names of enum constants in settings and reports: the constants in lower case. Stateless. */
final class Names {
    private Names() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
