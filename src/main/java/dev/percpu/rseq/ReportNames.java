package dev.percpu.rseq;

import java.util.Locale;

/** The names of enum constants in reports: the constants in lower case. Stateless. */
final class ReportNames {
    private ReportNames() {}

    static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
