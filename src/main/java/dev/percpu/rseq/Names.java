package dev.percpu.rseq;

import java.util.Locale;

/** Enum constants as they are written outside: in lower case. */
final class Names {
    private Names() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
